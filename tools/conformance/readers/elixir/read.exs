# Reads each answer with its generated model, and prints what the model holds.
defmodule Read do
  def plain(%{__struct__: _} = model), do: model |> Map.from_struct() |> plain()
  def plain(%{} = map), do: Map.new(map, fn {name, value} -> {name, plain(value)} end)
  def plain(list) when is_list(list), do: Enum.map(list, &plain/1)
  def plain(value), do: value
end

for line <- File.stream!(System.fetch_env!("ANSWERS")) do
  [id, model, body] = String.split(line, "\t")
  {:ok, read} = Bingx.Deserializer.json_decode(body, Module.concat(Bingx.Model, model))
  IO.puts([id, "\t", :jiffy.encode(Read.plain(read), [:use_nil])])
end
