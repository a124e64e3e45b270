package bingx.spot;

import com.google.gson.annotations.SerializedName;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of the error table. The head of {@code spec/errors.yaml} says how to find one.
 *
 * @param id its name
 * @param category the kind of refusal
 * @param order the state of the order
 * @param meaning its meaning
 * @param advice what a person can do
 * @param operations the operations that it is about, or null
 * @param codes the codes that it is about, or null
 * @param message an expression that is found in the message, or null
 * @param statuses the HTTP statuses that it is about, or null
 * @param waiting whether and until when waiting helps
 */
public record ErrorRow(
    String id,
    Category category,
    OrderState order,
    String meaning,
    String advice,
    List<String> operations,
    List<Long> codes,
    String message,
    Statuses statuses,
    Waiting waiting) {

  // Before Java 19, \b takes letters beyond ASCII for parts of a word.
  private static final String EDGE = "(?:(?<!\\w)(?=\\w)|(?<=\\w)(?!\\w))";

  private static final Table TABLE = Json.resource("errors.json", Table.class);

  /** The kind of a refusal. */
  public enum Category {
    /** The API key or the signature is not accepted. */
    @SerializedName("authentication")
    AUTHENTICATION,
    /** The API key may not do this, or not from here. */
    @SerializedName("permission")
    PERMISSION,
    /** The timestamp is too far from the exchange's time. */
    @SerializedName("clock")
    CLOCK,
    /** A limit was passed. */
    @SerializedName("rateLimited")
    RATE_LIMITED,
    /** No open order has this id. */
    @SerializedName("notOpen")
    NOT_OPEN,
    /** The exchange finds no data by these parameters. */
    @SerializedName("notFound")
    NOT_FOUND,
    /** Anything else that the exchange refuses. */
    @SerializedName("refused")
    REFUSED,
    /** The outcome is not known. */
    @SerializedName("unavailable")
    UNAVAILABLE
  }

  /** The state of the order after a refusal. */
  public enum OrderState {
    /** It is as it was before the request. */
    @SerializedName("untouched")
    UNTOUCHED,
    /** It is filled, was cancelled earlier or never existed; only a query shows which. */
    @SerializedName("notOpen")
    NOT_OPEN,
    /** It may have been cancelled. */
    @SerializedName("unknown")
    UNKNOWN
  }

  record Statuses(int from, int to) {}

  record Waiting(String until) {}

  private record Table(List<ErrorRow> rows, List<ErrorRow> httpStatuses) {}

  /** Returns the row of an answer; code is null without an envelope, and message as normalised. */
  static ErrorRow of(String operation, Long code, String message, int status) {
    // Each list ends with a row that matches everything.
    return (code == null ? TABLE.httpStatuses : TABLE.rows)
        .stream()
            .filter(row -> row.matches(operation, code, message, status))
            .findFirst()
            .orElseThrow();
  }

  /** Returns whether a message beside an empty list leaves doubt, as all but good ones do. */
  static boolean saysFailure(String operation, String message) {
    List<ErrorRow> rows = matching(operation, message);
    return !message.isEmpty()
        && (rows.isEmpty()
            || rows.stream()
                .anyMatch(
                    row -> row.category != Category.NOT_OPEN && !row.id.equals("success-text")));
  }

  /** Returns whether a message about an order that failed says that it may yet be changed. */
  static boolean leavesDoubt(String operation, String message) {
    List<ErrorRow> rows = matching(operation, message);
    return !rows.isEmpty() && rows.get(0).order == OrderState.UNKNOWN;
  }

  private static List<ErrorRow> matching(String operation, String message) {
    return TABLE.rows.stream()
        .filter(row -> row.message != null && row.codes == null)
        .filter(row -> row.matches(operation, 0L, message, 200))
        .toList();
  }

  private boolean matches(String operation, Long code, String text, int status) {
    return (operations == null || operations.contains(operation))
        && (codes == null || codes.contains(code))
        && (statuses == null || statuses.from <= status && status <= statuses.to)
        && (message == null || matcher(message, text).find());
  }

  /** Returns the time of release in a message, in Unix milliseconds, or null. */
  Long retryAt(String text) {
    if (waiting.until == null) {
      return null;
    }
    Matcher found = matcher(waiting.until, text);
    return found.find() ? Long.valueOf(found.group(1)) : null;
  }

  private static Matcher matcher(String expression, String text) {
    return Pattern.compile(expression.replace("\\b", EDGE), Pattern.UNIX_LINES).matcher(text);
  }
}
