package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import bingx.spot.client.JSON;
import bingx.spot.client.api.TradeApi;
import bingx.spot.client.model.CancelOpenOrdersResponse;
import bingx.spot.client.model.CancelOrderRequest;
import bingx.spot.client.model.CancelOrderResponse;
import bingx.spot.client.model.CancelledOrder;
import bingx.spot.client.model.OrdersResponse;
import bingx.spot.client.model.QueryOrderResponse;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import okhttp3.Headers;

/** Runs every vector of {@code spec/vectors/}, cancels an order, and says so on the last line. */
public final class Conformance {
  private static final Map<String, Double> DOUBLES =
      Map.of(
          "NaN",
          Double.NaN,
          "Infinity",
          Double.POSITIVE_INFINITY,
          "-Infinity",
          Double.NEGATIVE_INFINITY);
  private static final Map<String, String> TEXTS =
      Map.of("HighSurrogate", "a\ud83d", "LowSurrogate", "a\udc36");

  private static final Gson GSON = new Gson();

  private int passed;
  private int failed;

  private interface Check {
    void run(JsonObject group, JsonObject test) throws Exception;
  }

  /**
   * Runs it.
   *
   * @param arguments the folder of the spec, and the generator's version
   * @throws Exception if a vector was not passed, or the order not cancelled
   */
  public static void main(String[] arguments) throws Exception {
    Conformance conformance = new Conformance();
    Path vectors = Path.of(arguments[0], "vectors");
    conformance.run(vectors.resolve("signing.json"), Conformance::signs);
    conformance.run(vectors.resolve("answers.json"), Conformance::classifies);
    conformance.run(vectors.resolve("clock.json"), Conformance::repairs);
    conformance.run(vectors.resolve("parse.json"), Conformance::parses);
    conformance.run(vectors.resolve("safety.json"), Safety::check);
    JsonObject said = new JsonObject();
    said.addProperty("language", "Java");
    said.addProperty("generator", "openapi-generator " + arguments[1]);
    said.addProperty("passed", conformance.passed);
    said.addProperty("total", conformance.passed + conformance.failed);
    said.addProperty("skipped", 0);
    if (System.getenv("BINGX_URL") != null) {
      CancelledOrder order = cancel();
      said.addProperty("orderId", order.getOrderId().toString());
      said.addProperty("status", order.getStatus());
    }
    System.out.println(said);
    if (conformance.failed > 0) {
      throw new AssertionError(conformance.failed + " vectors were not passed");
    }
  }

  private static CancelledOrder cancel() throws Exception {
    var signing = new SigningInterceptor(Credentials.fromEnvironment(), Placement.JSON);
    var trade = new TradeApi(signing.client(System.getenv("BINGX_URL"), Duration.ofSeconds(10)));
    var request =
        new CancelOrderRequest()
            .symbol(System.getenv("BINGX_SYMBOL"))
            .orderId(Long.valueOf(System.getenv("BINGX_ORDER_ID")));
    return trade.cancelOrder(request).getData();
  }

  private void run(Path file, Check check) throws IOException {
    for (JsonElement group : Json.object(Files.readAllBytes(file)).getAsJsonArray("groups")) {
      for (JsonElement test : group.getAsJsonObject().getAsJsonArray("tests")) {
        try {
          check.run(group.getAsJsonObject(), test.getAsJsonObject());
          passed++;
        } catch (Exception | AssertionError problem) {
          failed++;
          System.out.println(
              file.getFileName() + " " + test.getAsJsonObject().get("id") + ": " + problem);
        }
      }
    }
  }

  private static void signs(JsonObject group, JsonObject test) throws Exception {
    if (test.has("refusal")) {
      same(
          "parameter",
          test.getAsJsonObject("refusal").get("parameter").getAsString(),
          refusedIn(test));
      return;
    }
    Parameters parameters = Parameters.of(test.getAsJsonObject("parameters").asMap());
    same("canonical", test.get("canonical").getAsString(), parameters.canonical());
    String signature =
        new Credentials("key", group.get("secret").getAsString()).sign(parameters.canonical());
    same("signature", test.get("signature").getAsString(), signature);
    for (Placement placement : Placement.values()) {
      String stage = placement.name().toLowerCase(Locale.ROOT);
      same(stage, test.get(stage).getAsString(), parameters.placed(placement, signature));
    }
  }

  private static String refusedIn(JsonObject test) {
    JsonObject parameters = test.getAsJsonObject("parameters").deepCopy();
    if (test.has("notJson")) {
      for (var value : test.getAsJsonObject("notJson").entrySet()) {
        String word = value.getValue().getAsString();
        parameters.add(
            value.getKey(),
            DOUBLES.containsKey(word)
                ? new JsonPrimitive(DOUBLES.get(word))
                : new JsonPrimitive(TEXTS.get(word)));
      }
    }
    try {
      return Parameters.of(parameters.asMap()).canonical();
    } catch (UnsignableException refused) {
      return refused.parameter;
    }
  }

  private static void classifies(JsonObject group, JsonObject test) throws Exception {
    var asked = Parameters.of(Map.of("orderId", new JsonPrimitive(1735964079647111281L)));
    String called = test.has("operation") ? test.get("operation").getAsString() : "cancelOrder";
    RefusedException refused = refusal(answer(test), Operation.named(called), asked);
    JsonObject found = new JsonObject();
    found.addProperty("row", refused.row.id());
    found.add("category", GSON.toJsonTree(refused.row.category()));
    found.add("order", GSON.toJsonTree(refused.row.order()));
    found.addProperty("retryAt", refused.retryAt);
    same("row", test.get("expected"), found);
  }

  private static void parses(JsonObject group, JsonObject test) throws Exception {
    Operation operation = Operation.named(test.get("operation").getAsString());
    Answer answer = answer(test);
    answer.verified(operation, Parameters.of(test.getAsJsonObject("parameters").asMap()));
    Class<?> type =
        switch (operation.id()) {
          case "cancelOpenOrders" -> CancelOpenOrdersResponse.class;
          case "cancelOrder" -> CancelOrderResponse.class;
          case "queryOrder" -> QueryOrderResponse.class;
          default -> OrdersResponse.class;
        };
    Object typed = JSON.getGson().fromJson(answer.envelope(), type);
    for (var field : test.getAsJsonObject("fields").entrySet()) {
      JsonElement held = JSON.getGson().toJsonTree(typed).getAsJsonObject().get("data");
      for (String step : field.getKey().split("\\.")) {
        held =
            held.isJsonArray()
                ? held.getAsJsonArray().get(Integer.parseInt(step))
                : held.getAsJsonObject().get(step);
      }
      same(field.getKey(), field.getValue().getAsString(), held.getAsString());
    }
  }

  private static void repairs(JsonObject group, JsonObject test) {
    JsonObject before = test.getAsJsonObject("before");
    Clock clock = new Clock(before.get("offsetNow").getAsLong());
    Clock.Trip trip =
        new Clock.Trip(
            before.get("offset").getAsLong(),
            test.get("sentAt").getAsLong(),
            test.get("receivedAt").getAsLong());
    Repair repair = new Repair(clock, before.get("repaired").getAsBoolean());
    Operation operation = Operation.named(test.get("operation").getAsString());
    Answer answer = answer(test);
    Repair.Step step =
        operation.signed()
            ? repair.refused(trip, refusal(answer, operation, Parameters.NONE), answer)
            : repair.asked(trip, answer);
    JsonObject found = new JsonObject();
    found.addProperty("serverTime", repair.serverTime);
    found.addProperty("offset", clock.offset());
    found.addProperty("ask", step == Repair.Step.ASK);
    found.addProperty("again", step == Repair.Step.AGAIN);
    same("clock", test.get("expected"), found);
  }

  private static RefusedException refusal(Answer answer, Operation operation, Parameters asked) {
    try {
      answer.verified(operation, asked);
      throw new AssertionError("was believed");
    } catch (RefusedException refused) {
      return refused;
    }
  }

  private static Answer answer(JsonObject test) {
    JsonObject answer = test.getAsJsonObject("answer");
    Headers.Builder headers = new Headers.Builder();
    if (answer.has("headers")) {
      answer
          .getAsJsonObject("headers")
          .asMap()
          .forEach((name, value) -> headers.add(name, value.getAsString()));
    }
    byte[] body = answer.get("body").getAsString().getBytes(UTF_8);
    return new Answer(answer.get("status").getAsInt(), headers.build(), Json.object(body));
  }

  private static void same(String stage, Object expected, Object got) {
    if (!expected.equals(got)) {
      throw new AssertionError(stage + ": expected " + expected + ", got " + got);
    }
  }
}
