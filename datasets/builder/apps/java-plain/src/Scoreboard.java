import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

public class Scoreboard {
    private static final Map<String, Integer> SCORES = new ConcurrentSkipListMap<>();

    public static void main(String[] args) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(8088), 0);
        server.createContext("/", exchange -> {
            String team = exchange.getRequestURI().getPath().substring(1);
            if (exchange.getRequestMethod().equals("POST") && !team.isEmpty()) {
                SCORES.merge(team, 1, Integer::sum);
            }
            byte[] body = ("scores " + SCORES + "\n").getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
