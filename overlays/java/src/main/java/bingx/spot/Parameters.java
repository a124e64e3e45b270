package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URLEncoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parameters that can be signed, by the rules of {@code spec/signing.md}. */
public final class Parameters {
  /** Any of these could forge a second parameter in the canonical string. */
  private static final Pattern FORBIDDEN = Pattern.compile("[&=?\r\n]");

  /** A name is not URL-encoded, so a number sign in it would cut off a query string. */
  private static final Pattern FORBIDDEN_IN_NAMES = Pattern.compile("[&=?#\r\n]");

  /** What a call without parameters has. */
  static final Parameters NONE = new Parameters(new TreeMap<>());

  /** Sorted by name, each value with the one text that it has. */
  private final TreeMap<String, Token> tokens;

  private record Token(String text, boolean quoted) {
    String json() {
      return quoted ? Parameters.quoted(text) : text;
    }
  }

  private Parameters(TreeMap<String, Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * Takes parameters in any order. A signature that is left from an earlier attempt takes no part.
   *
   * @param values text, numbers and booleans, by name
   * @return the parameters
   * @throws UnsignableException if a name or a value cannot be signed
   */
  public static Parameters of(Map<String, JsonElement> values) throws UnsignableException {
    TreeMap<String, Token> tokens = new TreeMap<>();
    for (var value : values.entrySet()) {
      if (!value.getKey().equals("signature")) {
        tokens.put(value.getKey(), token(value.getKey(), value.getValue()));
      }
    }
    return new Parameters(tokens);
  }

  /** Returns a copy with the timestamp of an attempt. */
  Parameters stamped(long timestamp) {
    TreeMap<String, Token> stamped = new TreeMap<>(tokens);
    stamped.put("timestamp", new Token(Long.toString(timestamp), false));
    return new Parameters(stamped);
  }

  /** Returns the text of a value, or null if there is none of that name. */
  String text(String name) {
    return tokens.containsKey(name) ? tokens.get(name).text : null;
  }

  /**
   * Returns the text that is signed.
   *
   * @return the pairs, sorted, with raw values
   */
  public String canonical() {
    return pairs(UnaryOperator.identity());
  }

  /**
   * Returns the parameters as sent, the signature last.
   *
   * @param placement where they go
   * @param signature of the canonical string
   * @return a body, or a query string without its question mark
   */
  public String placed(Placement placement, String signature) {
    if (placement == Placement.JSON) {
      return tokens.entrySet().stream()
          .map(member -> quoted(member.getKey()) + ":" + member.getValue().json() + ",")
          .collect(Collectors.joining("", "{", "\"signature\":\"" + signature + "\"}"));
    }
    return pairs(Parameters::encoded) + "&signature=" + signature;
  }

  private String pairs(UnaryOperator<String> encode) {
    return tokens.entrySet().stream()
        .map(pair -> pair.getKey() + "=" + encode.apply(pair.getValue().text))
        .collect(Collectors.joining("&"));
  }

  private static Token token(String name, JsonElement value) throws UnsignableException {
    if (!(value instanceof JsonPrimitive primitive)) {
      throw new UnsignableException(name, "is null, an array or an object");
    }
    String text = primitive.isNumber() ? plain(name, primitive) : primitive.getAsString();
    if (FORBIDDEN_IN_NAMES.matcher(name).find() || FORBIDDEN.matcher(text).find()) {
      throw new UnsignableException(name, "holds & = ? or a line break, or # in its name");
    }
    if (!UTF_8.newEncoder().canEncode(name + text)) {
      throw new UnsignableException(name, "holds half of a surrogate pair");
    }
    return new Token(text, primitive.isString());
  }

  /**
   * Writes an integer with all of its digits, a double with the fewest, neither with an exponent.
   */
  private static String plain(String name, JsonPrimitive number) throws UnsignableException {
    String token = number.getAsString();
    if (token.matches("-?[0-9]+")) {
      return new BigInteger(token).toString();
    }
    double value = Double.parseDouble(token);
    if (!Double.isFinite(value)) {
      throw new UnsignableException(name, "is no finite number that a double can hold");
    }
    // Before Java 19, Double.toString does not always find the fewest digits.
    int digits = 1;
    while (rounded(value, digits).doubleValue() != value) {
      digits++;
    }
    return rounded(value, digits).stripTrailingZeros().toPlainString();
  }

  private static BigDecimal rounded(double value, int digits) {
    return new BigDecimal(value).round(new MathContext(digits));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  /** Writes JSON text as Gson does not: with nothing escaped that JSON does not oblige to. */
  private static String quoted(String text) {
    return text.chars().mapToObj(Parameters::escaped).collect(Collectors.joining("", "\"", "\""));
  }

  private static String escaped(int character) {
    return switch (character) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\t' -> "\\t";
      default -> character < ' ' ? "\\u%04x".formatted(character) : Character.toString(character);
    };
  }
}
