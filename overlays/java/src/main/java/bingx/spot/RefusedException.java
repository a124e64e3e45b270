package bingx.spot;

import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/** An answer that is not a verified success; its {@link #row} is its meaning. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;
  private static final int SHORTEST_MASKED = 12;
  private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

  /** Its row of the error table. */
  public final transient ErrorRow row;

  /** The HTTP status. */
  public final int status;

  /** When the exchange accepts requests again, in Unix milliseconds, or null. */
  public final Long retryAt;

  private final String text;

  private RefusedException(ErrorRow row, int status, Long retryAt, String text) {
    super("%s (HTTP %d, %s). %s".formatted(text, status, row.id(), row.advice()));
    this.row = row;
    this.status = status;
    this.retryAt = retryAt;
    this.text = text;
  }

  /** Returns the meaning of an answer; its code is null without an envelope. */
  static RefusedException of(String operation, Long code, String text, int status) {
    // Without an envelope there is no text.
    String message = normalised(text);
    ErrorRow row = ErrorRow.of(operation, code, message, status);
    return new RefusedException(
        row, status, row.retryAt(message), text.isEmpty() ? row.meaning() : text);
  }

  /** Returns a text as the table's expressions want it. */
  static String normalised(String text) {
    return CAPITALS
        .matcher(text.replaceAll("[ \t\r\n]+", " ").replaceAll("^ | $", ""))
        .replaceAll(capital -> capital.group().toLowerCase(Locale.ROOT));
  }

  /** Returns the same with the secrets in the exchange's text masked. */
  RefusedException without(String... secrets) {
    return new RefusedException(row, status, retryAt, masked(text, secrets));
  }

  /** Masks what a server may repeat; a short key, as on a sandbox, is part of many words. */
  static String masked(String text, String... secrets) {
    for (String secret : secrets) {
      text = secret.length() < SHORTEST_MASKED ? text : text.replace(secret, "***");
    }
    return text;
  }
}
