package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An API key with its secret. Neither is shown in text. */
public final class Credentials {
  private static final String ALGORITHM = "HmacSHA256";

  final String key;
  private final SecretKeySpec secret;

  /**
   * Creates credentials.
   *
   * @param key the API key, sent in a header
   * @param secret the API secret, never sent
   * @throws IllegalArgumentException if one is empty, or the key cannot be sent in a header
   */
  public Credentials(String key, String secret) {
    if (!key.matches("[!-~]+") || secret.isEmpty()) {
      // OkHttp would show the key in its error.
      throw new IllegalArgumentException("the API key or its secret is empty, or is no key");
    }
    this.key = key;
    this.secret = new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
  }

  /**
   * Reads them from {@code BINGX_API_KEY} and {@code BINGX_API_SECRET}.
   *
   * @return the credentials
   * @throws IllegalStateException if one of them is not set
   */
  public static Credentials fromEnvironment() {
    return new Credentials(variable("BINGX_API_KEY"), variable("BINGX_API_SECRET"));
  }

  private static String variable(String name) {
    return Optional.ofNullable(System.getenv(name))
        .orElseThrow(() -> new IllegalStateException(name + " is not set"));
  }

  /**
   * Signs a canonical string.
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
