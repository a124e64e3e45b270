package bingx.spot;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.annotations.SerializedName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
  private static final Contract CONTRACT = Json.resource("operations.json", Contract.class);
  private static final List<Operation> ALL = CONTRACT.operations;

  /** Which operation has the exchange's time, and in which field of its data. */
  static final TimeSource TIME = CONTRACT.signing.inject.get("timestamp").correctedBy;

  private record Contract(List<Operation> operations, Signing signing) {}

  private record Signing(Map<String, Injected> inject) {}

  private record Injected(TimeSource correctedBy) {}

  record TimeSource(String operation, String field) {}

  /** When to believe a success: what it repeats, and the words that it holds. */
  record Belief(List<String> repeats, List<Requirement> requires, Orders items) {}

  /** Words of which a field holds one; for one value of a parameter, unless that is null. */
  record Requirement(String field, List<String> words, String parameter, String value) {
    boolean applies(Parameters parameters) {
      return parameter == null || value.equals(parameters.text(parameter));
    }

    /** Returns whether the field of the data, or of an item, holds one of the words. */
    boolean holds(JsonElement data) {
      return words.contains(
          Answer.word(data instanceof JsonObject object ? object.get(field) : null));
    }
  }

  /** A parameter that holds ids, and the fields of an item of which any may hold one of them. */
  record Account(String parameter, List<String> fields) {}

  /** A list of orders, what its items say, and the list of those that did not change. */
  record Orders(
      @SerializedName("in") String name,
      List<String> repeats,
      List<Account> accounts,
      List<Requirement> requires,
      Orders failures) {
    /** Returns whether the lists in the data are those of the request. */
    boolean fit(Parameters parameters, JsonElement data) {
      for (JsonObject order : in(data)) {
        boolean other =
            repeats.stream()
                .filter(field -> parameters.text(field) != null)
                .anyMatch(field -> !parameters.text(field).equals(Json.text(order.get(field))));
        if (other
            || requires.stream().anyMatch(rule -> rule.applies(parameters) && !rule.holds(order))) {
          return false;
        }
      }
      Set<List<String>> left = new HashSet<>();
      for (Account account : accounts) {
        String ids = parameters.text(account.parameter);
        for (String id : ids == null ? new String[0] : ids.split(",", -1)) {
          left.add(List.of(account.parameter, id));
        }
      }
      return left.isEmpty()
          || strike(left, data)
              && (failures == null || failures.strike(left, data))
              && left.isEmpty();
    }

    /** Returns whether neither list holds an order. */
    boolean isEmpty(JsonElement data) {
      return in(data).isEmpty() && (failures == null || failures.isEmpty(data));
    }

    /** Returns what is said of the orders that did not change: every text but the ids. */
    List<String> failureTexts(JsonElement data) {
      if (failures == null) {
        return List.of();
      }
      List<String> ids = failures.accounts.stream().flatMap(one -> one.fields.stream()).toList();
      return failures.in(data).stream()
          .flatMap(order -> order.entrySet().stream())
          .filter(member -> !ids.contains(member.getKey()))
          .map(member -> member.getValue())
          .filter(value -> value instanceof JsonPrimitive text && text.isString())
          .map(Json::text)
          .toList();
    }

    /** Removes the ids that the list accounts for; returns whether each of its items has one. */
    private boolean strike(Set<List<String>> left, JsonElement data) {
      return in(data).stream().allMatch(order -> strikeOne(left, order));
    }

    private boolean strikeOne(Set<List<String>> left, JsonObject order) {
      int before = left.size();
      for (Account account : accounts) {
        for (String field : account.fields) {
          String id = Json.text(order.get(field));
          left.remove(List.of(account.parameter, id == null ? "" : id));
        }
      }
      return left.size() < before;
    }

    /** Returns the items of the list, which may be absent or null. */
    private List<JsonObject> in(JsonElement data) {
      JsonElement list = name == null ? data : ((JsonObject) data).get(name);
      return list instanceof JsonArray array
          ? array.asList().stream().map(JsonElement::getAsJsonObject).toList()
          : List.of();
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
        return !(required || name == null) || nullable && value != null;
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
