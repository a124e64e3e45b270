// Reads each answer with its generated model, and prints what the model holds.
import org.json4s._
import org.json4s.jackson.JsonMethods
import org.openapitools.client.core.JsonSupport
import org.openapitools.client.model._
import scala.io.Source
import scala.util.{Failure, Success, Try}

object Read {
  implicit val formats: Formats = JsonSupport.format

  def held[Model: Manifest](body: String): String =
    JsonMethods.compact(Extraction.decompose(JsonMethods.parse(body).extract[Model]))

  val models: Map[String, String => String] = Map(
    "CancelOrderResponse" -> held[CancelOrderResponse],
    "QueryOrderResponse" -> held[QueryOrderResponse],
    "OrdersResponse" -> held[OrdersResponse],
    "CancelOpenOrdersResponse" -> held[CancelOpenOrdersResponse],
    "CancelOrdersResponse" -> held[CancelOrdersResponse],
    "ErrorResponse" -> held[ErrorResponse]
  )

  def main(arguments: Array[String]): Unit =
    for (line <- Source.fromFile(sys.env("ANSWERS"), "UTF-8").getLines()) {
      val Array(id, model, body) = line.split('\t')
      println(id + "\t" + (Try(models(model)(body)) match {
        case Success(said)  => said
        case Failure(error) => String.valueOf(error.getMessage).linesIterator.next()
      }))
    }
}
