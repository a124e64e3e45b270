package bingx.spot;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * An operation of the compiled contract, with what is said of it there beside the generated types.
 *
 * @param data the data of a success, or null
 */
record Operation(
    String id,
    String method,
    String path,
    boolean signed,
    List<String> injected,
    List<String> exactlyOneOf,
    Field data,
    Belief answer) {
  private static final List<Operation> ALL =
      Json.resource("operations.json", Contract.class).operations;

  private record Contract(List<Operation> operations) {}

  /** When to believe a success: what it repeats, and the words that it holds. */
  record Belief(List<String> repeats, List<Requirement> requires) {}

  /** Words of which a field holds one; for one value of a parameter, unless that is null. */
  record Requirement(String field, List<String> words, String parameter, String value) {
    boolean applies(Parameters parameters) {
      return parameter == null || value.equals(parameters.text(parameter));
    }
  }

  /** A field of an answer, or each item of a list; one without a name is required. */
  record Field(
      String name,
      String type,
      boolean required,
      boolean nullable,
      List<Field> fields,
      Field items) {
    /** Returns whether a value has everything that a success must have. */
    boolean fits(JsonElement value) {
      if (value == null || value.isJsonNull()) {
        return nullable || !(required || name == null);
      }
      return items != null ? value instanceof JsonArray list && fitsList(list) : fitsFields(value);
    }

    private boolean fitsList(JsonArray list) {
      return list.asList().stream().allMatch(items::fits);
    }

    private boolean fitsFields(JsonElement value) {
      return fields == null
          || value instanceof JsonObject object
              && fields.stream().allMatch(field -> field.fits(object.get(field.name)));
    }
  }

  static Operation named(String id) {
    return ALL.stream().filter(operation -> operation.id.equals(id)).findFirst().orElseThrow();
  }

  /** Returns what a request is for, or null; a base URL may have a path of its own. */
  static Operation of(String method, String path) {
    return ALL.stream()
        .filter(operation -> operation.method.equals(method))
        .filter(operation -> path.endsWith(operation.path))
        .findFirst()
        .orElse(null);
  }
}
