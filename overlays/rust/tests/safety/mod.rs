//! Checks the cases of `spec/vectors/safety.json`: what a client does not give away, wherever it is put.

use std::{env, error::Error, fs, num::NonZeroU64, path::Path, time::Duration};

use bingx_spot::{Client, Credentials, Error as CallError, OrderState, Placement, Signing};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::sleep;

/// The variable with the URL for a child, whose environment is its own.
pub const CHILD: &str = "BINGX_SAFETY_CHILD";
const CANCELLED: &str =
    r#"{"code":0,"data":{"symbol":"BTC-USDT","orderId":"1735964079647111281","status":"CANCELED"}}"#;
const KEY: &str = "a-key-that-nobody-else-may-see";
const SECRET: &str = "a-secret-that-nobody-may-see-at-all";

type Checked = Result<(), String>;

/// Runs every case in two placements, and returns for each whether it was passed.
pub async fn run(path: &Path) -> Result<Vec<(String, Checked)>, Box<dyn Error>> {
    let file: Value = serde_json::from_slice(&fs::read(path)?)?;
    assert_eq!((&file["credentials"]["key"], &file["credentials"]["secret"]), (&KEY.into(), &SECRET.into()));
    let mut checked = Vec::new();
    for group in file["groups"].as_array().ok_or("no groups")? {
        for test in group["tests"].as_array().ok_or("no tests")? {
            let mut result = Ok(());
            for placement in [Placement::Json, Placement::Query] {
                result = result.and(match text(&group["kind"]) {
                    "baseUrl" => url(test),
                    "server" => survives(test, placement).await,
                    _ => bypasses(text(&test["variable"])).await,
                });
            }
            checked.push((test["id"].to_string(), result));
        }
    }
    Ok(checked)
}

/// Cancels at this URL, in a process whose environment names a proxy.
pub async fn child(url: &str) -> Result<(), Box<dyn Error>> {
    Ok(cancel(url, signing()).await?)
}

fn url(test: &Value) -> Checked {
    let client = Client::signed(text(&test["url"]), signing());
    let shown = client.as_ref().err().map(|error| format!("{error} {error:?}")).unwrap_or_default();
    check("refused", client.is_err() == (test["result"] == "refused"))?;
    check("shows the password", !shown.contains("hunter2"))
}

async fn survives(test: &Value, placement: Placement) -> Checked {
    let (elsewhere, mut strayed) = serve(&Value::from(CANCELLED), "").await;
    let (url, mut received) = serve(&test["answer"], &elsewhere).await;
    let silent = test["expected"].get("row") == Some(&Value::Null);
    let timeout = Duration::from_millis(if silent { 500 } else { 10_000 });
    let signing = signing().placement(placement).timeout(timeout);
    let error = cancel(&url, signing).await.err();
    let sent = received.recv().await.ok_or("nothing was sent")?;
    check("is sent twice", received.try_recv().is_err())?;
    check("goes elsewhere", strayed.try_recv().is_err())?;
    match (test["expected"].get("row"), &error) {
        (None, _) => {}
        (Some(Value::Null), Some(error @ CallError::Http(_))) => {
            check("is not unknown", error.order() == OrderState::Unknown)?;
        }
        (Some(row), Some(CallError::Refused(refusal))) => check(&refusal.row.id, row == &refusal.row.id)?,
        (Some(row), other) => return Err(format!("expected {row}, got {other:?}")),
    }
    let shown = error.map(|error| format!("{error} {error:?} {error:#?}")).unwrap_or_default();
    let hidden = [KEY, SECRET, signature(&sent)];
    check(&shown, hidden.iter().all(|hidden| !shown.contains(hidden)))
}

async fn bypasses(variable: &str) -> Checked {
    let (proxy, mut strayed) = serve(&Value::from(CANCELLED), "").await;
    let (url, _received) = serve(&Value::from(CANCELLED), "").await;
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let status = Command::new(program).env(variable, proxy).env(CHILD, url).status().await;
    check("goes through the proxy", strayed.try_recv().is_err())?;
    check("is not cancelled", status.is_ok_and(|status| status.success()))
}

fn signing() -> Signing {
    Signing::new(Credentials::new(KEY, SECRET).expect("they are right"))
}

async fn cancel(url: &str, signing: Signing) -> Result<(), CallError> {
    let order_id = NonZeroU64::new(1_735_964_079_647_111_281).expect("it is not 0");
    let client = Client::signed(url, signing)?;
    client.cancel_order().body_map(|body| body.symbol("BTC-USDT").order_id(order_id)).send().await?;
    Ok(())
}

/// Gives one answer to every request, and passes on what it has received.
async fn serve(answer: &Value, elsewhere: &str) -> (String, UnboundedReceiver<String>) {
    let answer = answer
        .as_str()
        .map_or_else(|| answer.clone(), |body| serde_json::json!({"status": 200, "body": body}));
    let elsewhere = elsewhere.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (sender, received) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let sent = request(&mut stream).await;
            let fill =
                |text: &str| text.replace("{signature}", signature(&sent)).replace("{elsewhere}", &elsewhere);
            let body = fill(text(&answer["body"]));
            let headers: String = answer["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| format!("{name}: {}\r\n", fill(text(value))))
                .collect();
            let head = format!(
                "HTTP/1.1 {} X\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n",
                answer["status"],
                body.len()
            );
            let _ = sender.send(sent);
            if answer.is_null() {
                sleep(Duration::from_secs(2)).await;
                continue;
            }
            let slow = answer["pace"] == "slow";
            let _ = stream.write_all(head.as_bytes()).await;
            for part in body.as_bytes().chunks(if slow { 1 } else { body.len().max(1) }) {
                if stream.write_all(part).await.is_err() {
                    break;
                }
                if slow {
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    });
    (url, received)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut received = String::new();
    let mut chunk = [0; 4096];
    while !received.contains("signature=") && !received.ends_with('}') {
        match stream.read(&mut chunk).await {
            Ok(length) if length > 0 => received += &String::from_utf8_lossy(&chunk[..length]),
            _ => break,
        }
    }
    received
}

/// Returns the signature in a request, which is the only thing of its length.
fn signature(sent: &str) -> &str {
    let digest = |word: &&str| word.len() == 64;
    sent.split(|letter: char| !letter.is_ascii_hexdigit()).find(digest).unwrap_or("no signature")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn check(problem: &str, right: bool) -> Checked {
    if right { Ok(()) } else { Err(problem.to_owned()) }
}
