//! The contract's data of an operation, beside the types of the generated client.

use std::{collections::HashMap, sync::LazyLock};

use reqwest::Method;
use serde::Deserialize;

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let table = include_str!(concat!(env!("OUT_DIR"), "/operations.json"));
    serde_json::from_str(table).expect("build.rs writes this table")
});

/// An operation of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    id: String,
    method: String,
    pub(crate) path: String,
    pub(crate) signed: bool,
    /// The parameters of which exactly one names the order.
    pub(crate) exactly_one_of: Vec<String>,
    /// The parameters that a success repeats.
    pub(crate) repeats: Vec<String>,
    /// The words of which a success carries one, by field.
    pub(crate) confirmed_by: HashMap<String, Vec<String>>,
    /// The fields that are integers.
    pub(crate) integers: Vec<String>,
}

impl Operation {
    /// Returns an operation by its `operationId`.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.id == id)
    }

    /// Returns the operation that a request is for; a base URL may have a path of its own.
    pub(crate) fn of(method: &Method, path: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.method == method.as_str() && path.ends_with(&operation.path))
    }
}
