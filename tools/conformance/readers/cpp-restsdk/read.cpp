// Reads each answer with its generated model, and prints what the model holds.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

// The models and what they stand on, as one unit: their headers are read once.
#include "generated.inc"

namespace model = org::openapitools::client::model;

template <typename Model> static std::string held(const web::json::value &body) {
  Model read;
  return read.fromJson(body) ? read.toJson().serialize() : "a field is of another type";
}

int main() {
  const std::map<std::string, std::function<std::string(const web::json::value &)>> models = {
      {"CancelOrderResponse", held<model::CancelOrderResponse>},
      {"QueryOrderResponse", held<model::QueryOrderResponse>},
      {"OrdersResponse", held<model::OrdersResponse>},
      {"CancelOpenOrdersResponse", held<model::CancelOpenOrdersResponse>},
      {"CancelOrdersResponse", held<model::CancelOrdersResponse>},
      {"ErrorResponse", held<model::ErrorResponse>},
  };
  std::ifstream answers(std::getenv("ANSWERS"));
  for (std::string line; std::getline(answers, line);) {
    std::istringstream parts(line);
    std::string id, name, body, said;
    std::getline(parts, id, '\t');
    std::getline(parts, name, '\t');
    std::getline(parts, body);
    try {
      said = models.at(name)(web::json::value::parse(body));
    } catch (const std::exception &error) {
      said = error.what();
    }
    std::cout << id << '\t' << said << '\n';
  }
}
