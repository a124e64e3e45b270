//! Generates the client from the caller's view of the contract, with progenitor, and copies the compiled
//! contract for the signing layer. Writes only into `OUT_DIR`.

use std::{env, error::Error, fs, path::Path};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let contract = fs::read(input("BINGX_CONTRACT", "../../generated/openapi.caller.json"))?;
    let contract: Value = serde_json::from_slice(&contract)?;
    fs::write(out.join("client.rs"), client(contract)?)?;
    fs::copy(input("BINGX_OPERATIONS", "../../generated/operations.json"), out.join("operations.json"))?;
    fs::copy(input("BINGX_ERRORS", "../../generated/errors.json"), out.join("errors.json"))?;
    Ok(())
}

/// Returns the path of an input, which the environment may put elsewhere than the repository does.
fn input(variable: &str, default: &str) -> String {
    let path = env::var(variable).unwrap_or_else(|_| default.to_owned());
    println!("cargo::rerun-if-env-changed={variable}");
    println!("cargo::rerun-if-changed={path}");
    path
}

/// Returns the source of the client.
fn client(mut contract: Value) -> Result<String, Box<dyn Error>> {
    for item in object(&mut contract["paths"]).values_mut() {
        for operation in object(item).values_mut() {
            // progenitor allows one error type per operation. Errors are read from the table anyway, because
            // the exchange sends most of them with HTTP 200.
            object(&mut operation["responses"]).retain(|status, _| status == "200");
        }
    }
    for schema in object(&mut contract["components"]["schemas"]).values_mut() {
        // The field that holds it is an Option already; typify would make the type one too.
        object(schema).remove("nullable");
    }
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    settings.with_inner_type("reqwest_middleware::ClientWithMiddleware".parse()?);
    let tokens = Generator::new(&settings).generate_tokens(&serde_json::from_value(contract)?)?;
    Ok(tokens.to_string())
}

fn object(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().expect("the contract was checked against OpenAPI")
}
