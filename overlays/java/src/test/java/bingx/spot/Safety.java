package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import bingx.spot.client.ApiException;
import bingx.spot.client.api.TradeApi;
import bingx.spot.client.model.CancelOrderRequest;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Interceptor;

/**
 * Checks the cases of {@code safety.json}: what a client does not give away, wherever it is put.
 */
final class Safety {
  private static final String KEY = "a-key-that-nobody-else-may-see";
  private static final String SECRET = "a-secret-that-nobody-may-see-at-all";
  private static final String CANCELLED =
      """
      {"code":0,"data":{"symbol":"BTC-USDT","orderId":1735964079647111281,"status":"CANCELED"}}
      """;
  private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");

  private Safety() {}

  private interface Handler {
    void answer(HttpExchange exchange, String sent) throws IOException, InterruptedException;
  }

  /** A server on loopback that keeps what it received. */
  private static final class Server implements AutoCloseable {
    final List<String> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Server(Handler handler) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(
          Executors.newCachedThreadPool(
              task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
              }));
      server.createContext(
          "/",
          exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            received.add(exchange.getRequestURI() + " " + body);
            try (exchange) {
              handler.answer(exchange, received.get(received.size() - 1));
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
          });
      server.start();
    }

    static Server cancelling() throws IOException {
      return new Server((exchange, sent) -> answer(exchange, 200, CANCELLED));
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  static void check(JsonObject group, JsonObject test) throws Exception {
    for (Placement placement : List.of(Placement.JSON, Placement.QUERY)) {
      switch (group.get("kind").getAsString()) {
        case "baseUrl" -> refuses(test, placement);
        case "server" -> survives(test, placement);
        default -> bypasses(placement);
      }
    }
  }

  private static void refuses(JsonObject test, Placement placement) {
    String outcome = "accepted";
    Interceptor unsent =
        chain -> {
          throw new IOException("it was to be sent");
        };
    try {
      cancel(test.get("url").getAsString(), placement, unsent);
    } catch (IllegalArgumentException refused) {
      outcome = "refused";
      same(false, shown(refused).contains("hunter2"));
    } catch (ApiException sent) {
      same(true, shown(sent).contains("it was to be sent"));
    }
    same(test.get("result").getAsString(), outcome);
  }

  private static void survives(JsonObject test, Placement placement) throws Exception {
    try (Server elsewhere = Server.cancelling();
        Server server =
            new Server((exchange, sent) -> answer(exchange, sent, test, elsewhere.url()))) {
      JsonElement row = test.getAsJsonObject("expected").get("row");
      boolean silent = row != null && row.isJsonNull();
      Throwable problem = null;
      try {
        // A JVM's first call takes its time.
        cancel(server.url(), placement, Duration.ofMillis(silent ? 500 : 10_000));
      } catch (Exception thrown) {
        problem = thrown;
      }
      same(1, server.received.size());
      same(List.of(), elsewhere.received);
      if (silent) {
        same(InterruptedIOException.class, problem.getCause().getClass());
      } else if (row != null) {
        same(row.getAsString(), ((RefusedException) problem.getCause()).row.id());
      }
      String shown = problem == null ? "" : shown(problem);
      for (String secret : List.of(KEY, SECRET, signature(server.received.get(0)))) {
        same(false, shown.contains(secret));
      }
    }
  }

  /** Java's counterpart of the environment's variables is its own properties. */
  private static void bypasses(Placement placement) throws Exception {
    try (Server proxy = Server.cancelling();
        Server server = Server.cancelling()) {
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", proxy.url().replaceAll(".*:", ""));
      System.setProperty("http.nonProxyHosts", "");
      cancel(server.url(), placement);
      same(List.of(), proxy.received);
      same(1, server.received.size());
    } finally {
      List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts")
          .forEach(System::clearProperty);
    }
  }

  private static void cancel(String url, Placement placement, Interceptor... before)
      throws ApiException {
    cancel(url, placement, Duration.ofSeconds(10), before);
  }

  private static void cancel(
      String url, Placement placement, Duration timeout, Interceptor... before)
      throws ApiException {
    var signing = new SigningInterceptor(new Credentials(KEY, SECRET), placement);
    var request = new CancelOrderRequest().symbol("BTC-USDT").orderId(1735964079647111281L);
    new TradeApi(signing.client(url, timeout, before)).cancelOrder(request);
  }

  private static void answer(HttpExchange exchange, String sent, JsonObject test, String elsewhere)
      throws IOException, InterruptedException {
    if (test.get("answer").isJsonNull()) {
      Thread.sleep(2000);
      return;
    }
    JsonObject answer = test.getAsJsonObject("answer");
    String signature = signature(sent);
    if (answer.has("headers")) {
      answer
          .getAsJsonObject("headers")
          .asMap()
          .forEach(
              (name, value) ->
                  exchange
                      .getResponseHeaders()
                      .set(name, value.getAsString().replace("{elsewhere}", elsewhere)));
    }
    String body = answer.get("body").getAsString().replace("{signature}", signature);
    if (answer.has("pace")) {
      exchange.sendResponseHeaders(200, 0);
      for (byte one : body.getBytes(UTF_8)) {
        exchange.getResponseBody().write(one);
        exchange.getResponseBody().flush();
        Thread.sleep(100);
      }
    } else {
      answer(exchange, answer.get("status").getAsInt(), body);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.getBytes(UTF_8).length);
    if (!body.isEmpty()) {
      exchange.getResponseBody().write(body.getBytes(UTF_8));
    }
  }

  private static String signature(String sent) {
    Matcher found = SIGNATURE.matcher(sent);
    return found.find() ? found.group() : "no signature";
  }

  private static String shown(Throwable problem) {
    StringWriter text = new StringWriter();
    problem.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private static void same(Object expected, Object got) {
    if (!expected.equals(got)) {
      throw new AssertionError("expected " + expected + ", got " + got);
    }
  }
}
