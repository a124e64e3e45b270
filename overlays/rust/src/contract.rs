//! The compiled contract's data of an operation, beside the types of the generated client.

use std::sync::LazyLock;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::Parameters;
use crate::answers::integer;
use crate::signing::text;

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let compiled = include_str!(concat!(env!("OUT_DIR"), "/operations.json"));
    serde_json::from_str(compiled).expect("it obeys spec/schemas/operations.schema.json")
});

#[derive(Deserialize)]
struct Contract {
    operations: Vec<Operation>,
}

/// An operation of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub(crate) id: String,
    method: String,
    pub(crate) path: String,
    pub(crate) signed: bool,
    /// The parameters that this layer supplies.
    pub(crate) injected: Vec<String>,
    /// The parameters of which exactly one names the order.
    pub(crate) exactly_one_of: Vec<String>,
    /// `data` of a success.
    pub(crate) data: Option<Field>,
    pub(crate) answer: Belief,
}

/// When to believe a success.
#[derive(Debug, Deserialize)]
pub(crate) struct Belief {
    /// The parameters that a success repeats.
    pub(crate) repeats: Vec<String>,
    pub(crate) requires: Vec<Requirement>,
}

/// Words of which a field of a success holds one; for one value of a parameter, if it names one.
#[derive(Debug, Deserialize)]
pub(crate) struct Requirement {
    pub(crate) field: String,
    pub(crate) words: Vec<String>,
    parameter: Option<String>,
    value: Option<String>,
}

/// A field of an answer, or each item of a list; one without a name is required.
#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    required: bool,
    nullable: bool,
    fields: Option<Vec<Field>>,
    items: Option<Box<Field>>,
}

impl Requirement {
    pub(crate) fn applies(&self, parameters: &Parameters) -> bool {
        let given = self.parameter.as_ref().map(|name| parameters.get(name).map(text));
        given.is_none_or(|given| given == self.value)
    }
}

impl Field {
    /// Returns whether a value has everything that a success must have. Integers that are texts become numbers,
    /// and `rewritten` says so.
    pub(crate) fn fits(&self, value: Option<&mut Value>, rewritten: &mut bool) -> bool {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return self.nullable || !(self.required || self.name.is_none());
        };
        if let Some(items) = &self.items {
            let list = value.as_array_mut();
            return list.is_some_and(|list| list.iter_mut().all(|one| items.fits(Some(one), rewritten)));
        }
        if let Some(fields) = &self.fields {
            let Value::Object(object) = value else { return false };
            return fields.iter().all(|field| {
                let name = field.name.as_deref().unwrap_or_default();
                field.fits(object.get_mut(name), rewritten)
            });
        }
        if self.kind.starts_with("int")
            && value.is_string()
            && let Some(number) = integer(value)
        {
            *value = number.into();
            *rewritten = true;
        }
        true
    }
}

impl Operation {
    /// Returns an operation by its `operationId`.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        CONTRACT.operations.iter().find(|operation| operation.id == id)
    }

    /// Returns the operation that a request is for; a base URL may have a path of its own.
    pub(crate) fn of(method: &Method, path: &str) -> Option<&'static Self> {
        let operations = &mut CONTRACT.operations.iter();
        operations.find(|operation| operation.method == method.as_str() && path.ends_with(&operation.path))
    }
}
