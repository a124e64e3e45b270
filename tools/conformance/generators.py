"""The generators whose answer models are tried, beside those of the overlays."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

READERS = Path(__file__).parent / "readers"
_READ = "read.sh"


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator of clients, and how its answer models are read.

    Args:
        name: Its name, and that of the folder of its reader in readers/.
        language: The language.
        options: Options of openapi-generator; None for another generator, which its reader runs.
        needs: By the name of a package of Debian, a command that works where it is installed.
        hint: How else it has to be used, for the page.
        slow: Whether the reader compiles or installs for long: then only `make generators` runs it.
    """

    name: str
    language: str
    options: tuple[str, ...] | None = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    slow: bool = False

    @property
    def reader(self) -> Path | None:
        """The script that reads answers, or None where no toolchain can be had."""
        script = READERS / self.name / _READ
        return script if script.exists() else None

    def missing(self) -> list[str]:
        """Return the packages that the reader needs and that are not installed."""
        return [package for package, command in self.needs.items() if not _works(command)]


def _works(command: str) -> bool:
    words = shlex.split(command)
    if shutil.which(words[0]) is None:
        return False
    ran = subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return ran.returncode == os.EX_OK


_MAVEN = {"openjdk-17-jdk-headless": "java -version", "maven": "mvn --version"}
_NODE = {"nodejs": "node --version", "npm": "npm --version"}
_PERL = "perl -MJSON -MLog::Any -MModule::Runtime -MDate::Parse -MDateTime -MClass::Accessor -e1"
_ANNOTATIONS = "/usr/lib/mono/4.5/System.ComponentModel.DataAnnotations.dll"
#: Otherwise JavaScript rounds ids before any model sees them.
LOSSLESS = "read JSON with lossless-json"
GENERATORS = (
    Generator(
        "cpp-restsdk",
        "C++",
        # Its own default is none that it accepts.
        ("--additional-properties=generateGMocksForApis=false",),
        {"g++": "g++ --version", "libcpprest-dev": "test -e /usr/include/cpprest/json.h"},
        slow=True,
    ),
    Generator(
        "csharp",
        "C#",
        # The default library needs a newer .NET than Mono.
        ("--additional-properties=library=httpclient,targetFramework=netstandard2.0,packageName=Bingx",),
        {
            "mono-mcs": "mcs --version",
            "libnewtonsoft-json5.0-cil": "test -e /usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll",
            "libmono-system-componentmodel-dataannotations4.0-cil": f"test -e {_ANNOTATIONS}",
        },
    ),
    Generator("dart", "Dart"),
    Generator(
        "elixir",
        "Elixir",
        ("--additional-properties=invokerPackage=Bingx,packageName=bingx",),
        {"elixir": "elixirc --version", "erlang-jiffy": "erl -noinput -eval jiffy:module_info(),halt()."},
    ),
    Generator(
        "kotlin", "Kotlin", ("--additional-properties=serializationLibrary=jackson",), _MAVEN, slow=True
    ),
    # A value of any type is a model to Perl and R, and `code` is none.
    Generator("perl", "Perl", ("--type-mappings=AnyType=string",), {"libjson-perl and others": _PERL}),
    Generator("php", "PHP", (), {"php-cli": "php --version"}),
    Generator(
        "r",
        "R",
        ("--type-mappings=AnyType=character",),
        {"r-cran-jsonlite": "Rscript -e library(jsonlite)", "r-cran-r6": "Rscript -e library(R6)"},
    ),
    Generator("ruby", "Ruby", (), {"ruby": "ruby --version"}),
    # Otherwise it renames StopPrice, and its JSON library goes by the name in the code.
    Generator(
        "scala-sttp", "Scala", ("--additional-properties=modelPropertyNaming=original",), _MAVEN, slow=True
    ),
    Generator("swift6", "Swift"),
    Generator(
        "datamodel-code-generator", "Python", None, hint="`pydantic_v2.BaseModel` as output", slow=True
    ),
    Generator("hey-api", "TypeScript", None, _NODE, hint=f"plugin `zod`; {LOSSLESS}"),
    Generator("ogen", "Go", None, {"golang-go": "go version"}),
    Generator(
        "orval", "TypeScript", None, _NODE, hint=f"`client: fetch` with `useBigInt`; {LOSSLESS}", slow=True
    ),
)
