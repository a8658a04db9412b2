use std::fmt::Display;

use pbx_policy::ErasurePath;

use crate::{Activity, FieldUse, Inventory, Receiver};

/// The sheet could not be written. There is room in memory or the program ends, so nobody should meet it.
#[derive(Debug, thiserror::Error)]
#[error("the record of processing activities cannot be written as CSV: {0}")]
pub struct SheetError(String);

/// The records of `inventories` as CSV (RFC 4180): one row for each field of each store, below a row of headings.
///
/// Several values of a cell stand on lines of their own. A cell that a spreadsheet would take for a formula begins
/// with an apostrophe.
pub fn to_csv(inventories: &[Inventory]) -> Result<String, SheetError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let wrong = |error: csv::Error| SheetError(error.to_string());
    writer.write_record(HEADINGS).map_err(wrong)?;
    for inventory in inventories {
        for activity in &inventory.activities {
            for field in &activity.fields {
                writer.write_record(row(inventory, activity, field).map(harmless)).map_err(wrong)?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| SheetError(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| SheetError(error.to_string()))
}

fn row(inventory: &Inventory, activity: &Activity, field: &FieldUse) -> [String; HEADINGS.len()] {
    let receivers: Vec<&Receiver> =
        field.receivers.iter().filter_map(|place| inventory.receivers.get(*place)).collect();
    let third = receivers.iter().filter(|it| it.third_party).map(|it| it.name.clone());
    let controls = activity.erasure.iter().flat_map(|it| &it.controls).map(|it| it.get_ref().clone());
    [
        inventory.site.clone(),
        inventory.product.clone(),
        activity.store.clone(),
        activity.name.clone(),
        field.category.to_string(),
        lines(&activity.subjects),
        field.field.map_or("audio", |it| it.as_str()).to_owned(),
        field.label.clone(),
        field.purpose.to_string(),
        field.basis.to_string(),
        lines(receivers.iter().map(|it| received(it))),
        lines(third),
        activity.retention.clone(),
        lines(measures(activity)),
        lines(activity.erasure.iter().map(erased)),
        lines(once(controls)),
        lines(once(activity.erasure.iter().map(|it| it.cite.clone()))),
    ]
}

/// A receiver with whether it gets anything now.
fn received(receiver: &Receiver) -> String {
    format!("{} ({})", receiver.name, if receiver.on { "on" } else { "off" })
}

/// Who opens it, and what else protects it.
fn measures(activity: &Activity) -> Vec<String> {
    let access = activity.read.as_ref().map(|it| format!("access only with the permission {it}"));
    access.into_iter().chain(activity.measures.iter().map(ToString::to_string)).collect()
}

/// One way of erasing in a line: how, how much, and in words.
fn erased(path: &ErasurePath) -> String {
    let ErasurePath { method, scope, fields, how, reason, .. } = path;
    let scope = scope.map(|it| format!(", {it}")).unwrap_or_default();
    let reason = reason.map(|it| format!(", because of {it}")).unwrap_or_default();
    let fields: Vec<_> = fields.iter().map(|it| it.get_ref().as_str()).collect();
    let only = if fields.is_empty() { String::new() } else { format!(", only {}", fields.join(", ")) };
    format!("{method}{scope}{only}{reason}: {how}", method = method.get_ref())
}

/// Each value once, in the order in which they come.
fn once(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn lines<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|it| it.to_string()).collect::<Vec<_>>().join("\n")
}

/// The same text, where a spreadsheet would take it for a formula with an apostrophe before it (OWASP, CSV injection).
pub(crate) fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

/// The columns. Programs find them by these names, so that names stay.
pub(crate) const HEADINGS: [&str; 17] = [
    "site",
    "product",
    "store",
    "store name",
    "category",
    "subjects",
    "field",
    "field name",
    "purpose",
    "legal basis",
    "recipients",
    "third parties",
    "retention",
    "security measures",
    "erasure",
    "controls",
    "citation",
];
