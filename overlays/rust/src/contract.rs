//! The compiled contract's data of an operation, beside the types of the generated client.

use std::{collections::HashSet, sync::LazyLock};

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
    signing: Signing,
}

#[derive(Deserialize)]
struct Signing {
    inject: Inject,
}

#[derive(Deserialize)]
struct Inject {
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timestamp {
    corrected_by: TimeSource,
}

/// Which operation has the exchange's time, and in which field of its data.
#[derive(Deserialize)]
pub(crate) struct TimeSource {
    pub(crate) operation: String,
    pub(crate) field: String,
}

pub(crate) fn time_source() -> &'static TimeSource {
    &CONTRACT.signing.inject.timestamp.corrected_by
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
    pub(crate) items: Option<Items>,
}

/// What the items of a list of orders say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Items {
    #[serde(flatten)]
    list: List,
    repeats: Vec<String>,
    requires: Vec<Requirement>,
    /// The orders that the request did not change.
    failures: Option<List>,
}

/// A list of orders in an answer, and the ids that it accounts for.
#[derive(Debug, Deserialize)]
struct List {
    #[serde(rename = "in")]
    name: Option<String>,
    accounts: Vec<Account>,
}

/// A parameter that holds ids, and the fields of an item of which any may hold one of them.
#[derive(Debug, Deserialize)]
struct Account {
    parameter: String,
    fields: Vec<String>,
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

    /// Returns whether the field of `data`, or of an item, holds one of the words.
    pub(crate) fn holds(&self, data: &Value) -> bool {
        data.get(&self.field).is_some_and(|word| self.words.contains(&text(word).trim().to_uppercase()))
    }
}

impl Items {
    /// Returns whether neither list holds an order.
    pub(crate) fn is_empty(&self, data: &Value) -> bool {
        let mut lists = [Some(&self.list), self.failures.as_ref()].into_iter().flatten();
        lists.all(|list| list.orders(data).next().is_none())
    }

    /// Returns what is said of the orders that did not change: every text but the ids.
    pub(crate) fn failure_texts<'a>(&'a self, data: &'a Value) -> impl Iterator<Item = &'a str> {
        self.failures.iter().flat_map(move |list| {
            let is_id = |name: &String| list.accounts.iter().any(|account| account.fields.contains(name));
            let members = list.orders(data).filter_map(Value::as_object).flatten();
            members.filter(move |(name, _)| !is_id(name)).filter_map(|(_, value)| value.as_str())
        })
    }

    /// Returns whether the lists of orders in `data` are those of the request.
    pub(crate) fn fit(&self, parameters: &Parameters, data: &Value) -> bool {
        let right = |order: &Value| {
            let repeats = &mut self.repeats.iter();
            repeats.all(|name| {
                parameters.get(name).is_none_or(|asked| order.get(name).map(text) == Some(text(asked)))
            }) && self.requires.iter().all(|rule| !rule.applies(parameters) || rule.holds(order))
        };
        let mut left = HashSet::new();
        for account in &self.list.accounts {
            let ids = parameters.get(&account.parameter).map(text).unwrap_or_default();
            left.extend(
                ids.split(',')
                    .filter(|id| !id.is_empty())
                    .map(|id| (account.parameter.clone(), id.to_owned())),
            );
        }
        self.list.orders(data).all(right)
            && (left.is_empty()
                || self.list.strikes(&mut left, data)
                    && self.failures.as_ref().is_none_or(|list| list.strikes(&mut left, data))
                    && left.is_empty())
    }
}

impl List {
    /// Removes the ids that the list accounts for, and returns whether each of its items has one.
    fn strikes(&self, left: &mut HashSet<(String, String)>, data: &Value) -> bool {
        self.orders(data).all(|order| {
            let before = left.len();
            for account in &self.accounts {
                for name in &account.fields {
                    left.remove(&(account.parameter.clone(), order.get(name).map(text).unwrap_or_default()));
                }
            }
            left.len() < before
        })
    }

    /// Returns the items of the list, which may be absent or null.
    fn orders<'a>(&self, data: &'a Value) -> impl Iterator<Item = &'a Value> {
        let list = self.name.as_ref().map_or(Some(data), |name| data.get(name));
        list.and_then(Value::as_array).into_iter().flatten()
    }
}

impl Field {
    /// Returns whether a value has everything that a success must have. Integers that are texts become numbers,
    /// amounts that are numbers texts, and `rewritten` says so.
    pub(crate) fn fits(&self, value: Option<&mut Value>, rewritten: &mut bool) -> bool {
        let needed = self.required || self.name.is_none();
        let Some(value) = value else { return !needed };
        if value.is_null() {
            return self.nullable || !needed;
        }
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
        } else if self.kind == "decimal" && value.is_number() {
            *value = value.to_string().into();
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
