# Reads each answer with its generated model, and prints what the model holds.
require "date"
require "json"
require "set"
require "time"

lib = "#{ENV.fetch("GENERATED")}/lib/openapi_client"
require "#{lib}/api_model_base"
Dir["#{lib}/models/*.rb"].sort.each { |file| require file }

File.foreach(ENV.fetch("ANSWERS"), chomp: true) do |line|
  id, model, body = line.split("\t")
  begin
    said = JSON.generate(OpenapiClient.const_get(model).build_from_hash(JSON.parse(body)).to_hash)
  rescue StandardError => e
    said = "#{e.class} #{e.message}".lines.first
  end
  puts "#{id}\t#{said}"
end
