//! Runs every vector of `spec/vectors/`, cancels an order on the sandbox, and says so on the last line.

use std::{env, error::Error, fmt::Debug, fs, num::NonZeroU64, path::PathBuf};

use bingx_spot::{
    Client, Clock, Credentials, Envelope, Operation, Parameters, Placement, Repair, Signing, Step, Trip,
    judge, types,
};
use http::Response;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

mod safety;

/// Whether a vector was passed, and at which stage it was not; `None` if Rust cannot hold its value.
type Outcome = Option<Result<(), String>>;

type Check = fn(&Value, &Value) -> Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(url) = env::var(safety::CHILD) {
        return safety::child(&url).await;
    }
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let files: [(_, Check); 4] = [
        ("signing.json", signs),
        ("answers.json", classifies),
        ("clock.json", repairs),
        ("parse.json", parses),
    ];
    for (name, check) in files {
        let file: Value = serde_json::from_slice(&fs::read(spec().join("vectors").join(name))?)?;
        let tests =
            array(&file["groups"]).flat_map(|group| array(&group["tests"]).map(move |test| (group, test)));
        for (group, test) in tests {
            match check(group, test) {
                None => skipped += 1,
                Some(Ok(())) => passed += 1,
                Some(Err(stage)) => {
                    failed += 1;
                    println!("{name} {}: {stage}", test["id"]);
                }
            }
        }
    }
    for (id, result) in safety::run(&spec().join("vectors/safety.json")).await? {
        match result {
            Ok(()) => passed += 1,
            Err(problem) => {
                failed += 1;
                println!("safety.json {id}: {problem}");
            }
        }
    }
    let mut said = json!({
        "language": "Rust", "generator": "progenitor 0.15.1",
        "passed": passed, "total": passed + failed, "skipped": skipped,
    });
    if let Ok(url) = env::var("BINGX_URL") {
        let (order_id, status) = cancel(&url).await?;
        said["orderId"] = order_id.to_string().into();
        said["status"] = status.into();
    }
    println!("{said}");
    if failed == 0 { Ok(()) } else { Err(format!("{failed} vectors were not passed").into()) }
}

fn spec() -> PathBuf {
    env::var_os("BINGX_SPEC").map_or_else(|| PathBuf::from("../../spec"), PathBuf::from)
}

async fn cancel(url: &str) -> Result<(i64, String), Box<dyn Error>> {
    let client = Client::signed(url, Signing::new(Credentials::from_env()?))?;
    let order_id: NonZeroU64 = env::var("BINGX_ORDER_ID")?.parse()?;
    let symbol = env::var("BINGX_SYMBOL")?;
    let call = client.cancel_order().body_map(|body| body.symbol(symbol).order_id(order_id));
    let answer = call.send().await.map_err(bingx_spot::Error::from)?.into_inner();
    let order = answer.data.ok_or("a success that was believed holds the order")?;
    let order_id = order.order_id.ok_or("it has its id")?;
    Ok((order_id, order.status.ok_or("it has its status")?.to_string()))
}

fn signs(group: &Value, test: &Value) -> Outcome {
    let parameters = Parameters::new(parameters(test)?);
    if test["result"] == "refused" {
        let named = parameters.err().map(|refusal| refusal.parameter);
        return Some(same("parameter", named.as_deref(), test["refusal"]["parameter"].as_str()));
    }
    Some(parameters.map_err(|refusal| refusal.to_string()).and_then(|parameters| {
        let canonical = parameters.canonical();
        same("canonical", canonical.as_str(), text(&test["canonical"]))?;
        let credentials =
            Credentials::new("key", text(&group["secret"])).map_err(|error| error.to_string())?;
        let signature = credentials.sign(&canonical);
        same("signature", signature.as_str(), text(&test["signature"]))?;
        same("json", parameters.placed(Placement::Json, &signature).as_str(), text(&test["json"]))?;
        same("query", parameters.placed(Placement::Query, &signature).as_str(), text(&test["query"]))?;
        same("form", parameters.placed(Placement::Form, &signature).as_str(), text(&test["form"]))
    }))
}

fn parameters(test: &Value) -> Option<Map<String, Value>> {
    let mut parameters = test["parameters"].as_object().cloned()?;
    for (name, word) in test["notJson"].as_object().into_iter().flatten() {
        // A double can be NaN or infinite; a text of Rust cannot hold half of a surrogate pair.
        let double: f64 = text(word).parse().ok()?;
        parameters.insert(name.clone(), double.into());
    }
    Some(parameters)
}

fn classifies(_: &Value, test: &Value) -> Outcome {
    let asked = [("orderId".to_owned(), 1_735_964_079_647_111_281_i64.into())];
    let asked = Parameters::new(asked).ok()?;
    let called = Operation::by_id(test["operation"].as_str().unwrap_or("cancelOrder"))?;
    let Err(refusal) = judge(called, &asked, &answer(&test["answer"])) else {
        return Some(Err("was believed".to_owned()));
    };
    let found = json!({
        "row": refusal.row.id, "category": refusal.row.category,
        "order": refusal.row.order, "retryAt": refusal.retry_at,
    });
    Some(same("row", &found, &test["expected"]))
}

fn repairs(_: &Value, test: &Value) -> Outcome {
    let before = &test["before"];
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let clock = Clock::new(number(&before["offsetNow"]));
    let trip = Trip {
        offset: number(&before["offset"]),
        sent_at: number(&test["sentAt"]),
        received_at: number(&test["receivedAt"]),
    };
    let answer = answer(&test["answer"]);
    let operation = Operation::by_id(text(&test["operation"]))?;
    let judged = judge(operation, &Parameters::default(), &answer);
    let mut repair = Repair::new(&clock, before["repaired"] == true);
    let asked = test["operation"] == "serverTime";
    let step = if asked { repair.asked(trip, &judged) } else { repair.step(trip, &judged, &answer) };
    let found = json!({
        "serverTime": repair.server_time(), "offset": clock.offset(),
        "ask": step == Step::Ask, "again": step == Step::Again,
    });
    Some(same("clock", &found, &test["expected"]))
}

fn parses(_: &Value, test: &Value) -> Outcome {
    let operation = Operation::by_id(text(&test["operation"]))?;
    let asked = Parameters::new(test["parameters"].as_object().cloned()?).ok()?;
    let typed = match (judge(operation, &asked, &answer(&test["answer"])), text(&test["operation"])) {
        (Err(refusal), _) => Err(refusal.to_string()),
        (Ok(envelope), "cancelOpenOrders") => typed::<types::CancelOpenOrdersResponse>(&envelope),
        (Ok(envelope), "cancelOrder") => typed::<types::CancelOrderResponse>(&envelope),
        (Ok(envelope), "queryOrder") => typed::<types::QueryOrderResponse>(&envelope),
        (Ok(envelope), _) => typed::<types::OrdersResponse>(&envelope),
    };
    Some(typed.and_then(|typed| {
        test["fields"].as_object().into_iter().flatten().try_for_each(|(path, expected)| {
            let held = &typed.pointer(&format!("/data/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
            let held = held.as_str().map_or_else(|| held.to_string(), str::to_owned);
            same(path, held.as_str(), text(expected))
        })
    }))
}

/// Reads an envelope as the generated client does, and returns what the type holds.
fn typed<T: DeserializeOwned + Serialize>(envelope: &Envelope) -> Result<Value, String> {
    let read = serde_json::to_vec(envelope).and_then(|text| serde_json::from_slice::<T>(&text));
    read.and_then(serde_json::to_value).map_err(|error| error.to_string())
}

fn answer(answer: &Value) -> Response<Vec<u8>> {
    let status = answer["status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or_default();
    let headers = answer["headers"].as_object().into_iter().flatten();
    let built = headers.fold(Response::builder().status::<u16>(status), |built, (name, value)| {
        built.header(name, text(value))
    });
    built.body(text(&answer["body"]).into()).expect("an answer of the vectors is one of HTTP")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn same<T: Debug + PartialEq>(stage: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{stage}: expected {expected:?}, got {got:?}")) }
}
