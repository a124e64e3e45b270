"""Read each answer with its generated model, and print what the model holds."""

import os
from pathlib import Path

import generated

for line in Path(os.environ["ANSWERS"]).read_text("utf-8").splitlines():
    name, model, body = line.split("\t")
    try:
        said = getattr(generated, model).model_validate_json(body).model_dump_json(by_alias=True)
    except ValueError as error:
        said = str(error).splitlines()[-2].strip()
    print(name, said, sep="\t")
