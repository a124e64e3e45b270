# What Elixir has from 1.18 on and Debian's has not, over Debian's erlang-jiffy.
defprotocol JSON.Encoder do
  @fallback_to_any true
  def encode(value, encoder)
end

defimpl JSON.Encoder, for: Any do
  defmacro __deriving__(_module, _struct, _options), do: nil
  def encode(value, _encoder), do: value
end

defmodule JSON do
  def decode(text), do: {:ok, :jiffy.decode(text, [:return_maps, {:null_term, nil}])}
end
