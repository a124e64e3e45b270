// Reads each answer with its generated model, and prints what the model holds.
import java.io.File
import org.openapitools.client.infrastructure.Serializer

fun main() {
    val json = Serializer.jacksonObjectMapper
    File(System.getenv("ANSWERS")).forEachLine { line ->
        val (id, model, body) = line.split('\t')
        val said =
            try {
                json.writeValueAsString(json.readValue(body, Class.forName("org.openapitools.client.models.$model")))
            } catch (error: Exception) {
                error.message?.lines()?.first()
            }
        println("$id\t$said")
    }
}
