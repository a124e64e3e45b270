package bingx.spot;

import com.google.gson.annotations.SerializedName;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An operation of the contract, with what is said of it there beside the generated types. */
record Operation(String method, String path, Rules rules) {
  private static final List<Operation> ALL =
      Json.resource("openapi.caller.json", Contract.class).paths.entrySet().stream()
          .flatMap(
              item ->
                  item.getValue().entrySet().stream()
                      .map(
                          method ->
                              new Operation(method.getKey(), item.getKey(), method.getValue())))
          .toList();

  /** By path, then by method in lower case. */
  private record Contract(Map<String, Map<String, Rules>> paths) {}

  record Rules(
      @SerializedName("operationId") String id,
      List<Object> security,
      @SerializedName("x-bingx-order-reference") Reference reference,
      @SerializedName("x-bingx-answer") Answering answer) {}

  record Reference(List<String> exactlyOneOf) {}

  record Answering(List<String> repeats, Map<String, List<String>> confirmedBy) {}

  static Operation named(String id) {
    return ALL.stream()
        .filter(operation -> operation.rules.id.equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Returns what a request is for, or null; a base URL may have a path of its own. */
  static Operation of(String method, String path) {
    return ALL.stream()
        .filter(operation -> operation.method.equals(method.toLowerCase(Locale.ROOT)))
        .filter(operation -> path.endsWith(operation.path))
        .findFirst()
        .orElse(null);
  }

  boolean signed() {
    return !rules.security.isEmpty();
  }

  /** Returns the parameters of which exactly one names the order; there may be none. */
  List<String> exactlyOneOf() {
    return rules.reference == null ? List.of() : rules.reference.exactlyOneOf;
  }

  /** Returns the parameters that a success repeats. */
  List<String> repeats() {
    return rules.answer == null ? List.of() : rules.answer.repeats;
  }

  /** Returns the words of which a success carries one, by field. */
  Map<String, List<String>> confirmedBy() {
    return rules.answer == null || rules.answer.confirmedBy == null
        ? Map.of()
        : rules.answer.confirmedBy;
  }
}
