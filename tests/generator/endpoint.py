"""Reads of the tests' own, in the contract, whose parameters and answer a test chooses."""

from tests.generator.contracts import edited

TEXT = "{type: string}"

_READ = """
  {path}:
    {method}:
      operationId: {name}
      tags: [{tag}]
      summary: Read a thing
      security: []
      x-bingx-limits: {{}}
      parameters: [{parameters}]
      responses:
        '200':
          description: The envelope.
          content:
            application/json:
              schema:
                type: object
                required: [code]
                properties:
                  code: {{type: integer, format: int64}}
                  data: {data}
              example: {{code: 0}}
"""
_SCHEMAS = """
    Trade: {type: object, description: A trade., properties: {word: {$ref: '#/components/schemas/Word'}}}
    Word: {type: string, description: A word., x-extensible: true, enum: [A]}
"""


def with_read(**choices: str) -> str:
    """Return the contract with one read, `readThing`; the choices are those of `read`."""
    return with_reads(read("readThing", **choices))


def with_reads(*reads: str) -> str:
    """Return the contract with reads, and with the schemas `Trade` and `Word`."""
    paths = "".join(reads)
    return edited(("\npaths:\n", f"\npaths:{paths}"), ("\n  schemas:\n", f"\n  schemas:{_SCHEMAS}"))


def read(name: str, **choices: str) -> str:
    """Return a read. It may have another `data`, `parameters`, `method`, `path`, `tag`."""
    usual = {
        "data": "{type: object, properties: {x: {type: string}}}",
        "parameters": "",
        "method": "get",
        "path": f"/openApi/spot/v1/{name}",
        "tag": "trade",
    }
    return _READ.format(name=name, **(usual | choices))


def parameter(schema: str, name: str = "p", place: str = "query") -> str:
    """Return a parameter."""
    return f"{{name: '{name}', in: {place}, description: It., schema: {schema}}}"
