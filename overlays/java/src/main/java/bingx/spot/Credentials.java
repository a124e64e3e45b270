package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An API key with its secret. Neither is ever shown. */
public final class Credentials {
  private static final String ALGORITHM = "HmacSHA256";

  final String key;
  private final SecretKeySpec secret;

  /**
   * Takes a key and its secret.
   *
   * @param key goes into a header
   * @param secret never leaves
   * @throws IllegalArgumentException if one is empty, or the key cannot stand in a header
   */
  public Credentials(String key, String secret) {
    if (!key.matches("[!-~]+") || secret.isEmpty()) {
      // OkHttp would say the same and show the key.
      throw new IllegalArgumentException("the API key or its secret is empty, or is no key");
    }
    this.key = key;
    this.secret = new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
  }

  /**
   * Takes them from {@code BINGX_API_KEY} and {@code BINGX_API_SECRET}.
   *
   * @return the credentials
   * @throws IllegalStateException if one of them is not set; it says which
   */
  public static Credentials fromEnvironment() {
    return new Credentials(variable("BINGX_API_KEY"), variable("BINGX_API_SECRET"));
  }

  private static String variable(String name) {
    return Optional.ofNullable(System.getenv(name))
        .orElseThrow(() -> new IllegalStateException(name + " is not set"));
  }

  /**
   * Signs.
   *
   * @param canonical the canonical string
   * @return its HMAC-SHA256, in lower-case hex
   */
  public String sign(String canonical) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(canonical.getBytes(UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
    }
  }

  @Override
  public String toString() {
    return "Credentials[***]";
  }
}
