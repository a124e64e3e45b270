package bingx.spot;

import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/** An answer that is no believed success; its {@link #row} says what that means. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;
  private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

  /** What the error table says of it. */
  public final transient ErrorRow row;

  /** The HTTP status. */
  public final int status;

  /** Until when the exchange will not listen, in Unix milliseconds, or null if it does not say. */
  public final Long retryAt;

  private final String text;

  private RefusedException(ErrorRow row, int status, Long retryAt, String text) {
    super("%s (HTTP %d, %s). %s".formatted(text, status, row.id(), row.advice()));
    this.row = row;
    this.status = status;
    this.retryAt = retryAt;
    this.text = text;
  }

  /** Returns what a code and a text mean; the code is null where there is no envelope. */
  static RefusedException of(Long code, String text, int status) {
    // As the table's expressions want it. Without an envelope there is no text.
    String message =
        CAPITALS
            .matcher(text.replaceAll("[ \t\r\n]+", " ").replaceAll("^ | $", ""))
            .replaceAll(capital -> capital.group().toLowerCase(Locale.ROOT));
    ErrorRow row = ErrorRow.of(code, message, status);
    return new RefusedException(
        row, status, row.retryAt(message), text.isEmpty() ? row.meaning() : text);
  }

  /** Returns the same without what the exchange's text repeats of a request's secrets. */
  RefusedException without(String... secrets) {
    String masked = text;
    for (String secret : secrets) {
      masked = masked.replace(secret, "***");
    }
    return new RefusedException(row, status, retryAt, masked);
  }
}
