use std::collections::{BTreeMap, BTreeSet};

use pbx_policy::{ErasurePath, Method, Purpose};
use serde_json::{Map, Value, json};

use crate::term::{
    PREFIXES, of_basis, of_field, of_justification, of_measure, of_purpose, of_store, of_subject,
};
use crate::{Activity, FieldUse, Inventory, LegalBasis, Receiver};

/// The records of `inventories` as one JSON-LD document, indented, with terms of the Data Privacy Vocabulary 2.
///
/// A record is a `dpv:ROPA`. Each store gives one `dpv:Process` for each purpose and legal basis that its fields have.
pub fn to_json_ld(inventories: &[Inventory]) -> String {
    let context: Map<String, Value> =
        PREFIXES.iter().map(|(prefix, iri)| ((*prefix).to_owned(), json!(iri))).collect();
    let graph: Vec<Value> = inventories.iter().flat_map(nodes).collect();
    // A value of strings, lists and maps with text keys always has a text.
    format!("{:#}", json!({ "@context": context, "@graph": graph }))
}

/// The record itself, then its processes, then whom they pass data on to.
fn nodes(inventory: &Inventory) -> Vec<Value> {
    let processes: Vec<Value> =
        inventory.activities.iter().flat_map(|it| processes_of(inventory, it)).collect();
    let ids = processes.iter().map(|it| json!({ "@id": it["@id"] })).collect::<Vec<_>>();
    let record = json!({
        "@id": address(inventory, &[]),
        "@type": "dpv:ROPA",
        "dcterms:title": format!("{}, site {}", inventory.product, inventory.site),
        "dcterms:source": inventory.paper,
        "dpv:hasProcess": ids,
    });
    let receivers = inventory.receivers.iter().map(|it| receiver(inventory, it));
    std::iter::once(record).chain(processes.iter().cloned()).chain(receivers).collect()
}

fn processes_of(inventory: &Inventory, activity: &Activity) -> Vec<Value> {
    let mut groups: BTreeMap<(Purpose, LegalBasis), Vec<&FieldUse>> = BTreeMap::new();
    for field in &activity.fields {
        groups.entry((field.purpose, field.basis)).or_default().push(field);
    }
    groups.into_iter().map(|(use_, fields)| process(inventory, activity, use_, &fields)).collect()
}

fn process(
    inventory: &Inventory,
    activity: &Activity,
    (purpose, basis): (Purpose, LegalBasis),
    fields: &[&FieldUse],
) -> Value {
    let data = fields.iter().filter_map(|it| it.field.map(of_field)).chain(of_store(activity.kind));
    let access = activity.read.iter().map(|_| "dpv:AccessControlMethod");
    let measures = access.chain(activity.measures.iter().map(|it| of_measure(*it)));
    let places: BTreeSet<usize> = fields.iter().flat_map(|it| it.receivers.iter().copied()).collect();
    let receivers = places.into_iter().filter_map(|place| inventory.receivers.get(place));
    let (third, other): (Vec<_>, Vec<_>) = receivers.partition(|it| it.third_party);
    let ids = |of: &[&Receiver]| -> Vec<Value> {
        of.iter().map(|it| json!({ "@id": address(inventory, &["recipient", &it.id]) })).collect()
    };
    let mut conditions = vec![json!({ "@type": "dpv:StorageDuration", "rdfs:label": activity.retention })];
    conditions.extend(activity.erasure.iter().map(condition));
    let controls: BTreeSet<&str> =
        activity.erasure.iter().flat_map(|it| &it.controls).map(|it| it.get_ref().as_str()).collect();
    let mut process = json!({
        "@id": address(inventory, &["store", &activity.store, purpose.as_str()]),
        "@type": "dpv:Process",
        "rdfs:label": activity.name,
        "dcterms:references": controls,
        "dpv:hasPurpose": { "@id": of_purpose(purpose) },
        "dpv:hasLegalBasis": { "@id": of_basis(basis) },
        "dpv:hasDataSubject": terms(activity.subjects.iter().map(|it| of_subject(*it))),
        "dpv:hasPersonalData": terms(data),
        "dpv:hasTechnicalMeasure": terms(measures),
        "dpv:hasRecipient": ids(&other),
        "dpv:hasRecipientThirdParty": ids(&third),
        "dpv:hasStorageCondition": conditions,
        "dpv:hasRight": terms(["eu-gdpr:A15", "eu-gdpr:A17"].into_iter()),
        "dpv:hasJustification": activity.erasure.iter().filter_map(justification).collect::<Vec<_>>(),
    });
    if let Value::Object(properties) = &mut process {
        properties.retain(|_, value| value.as_array().is_none_or(|it| !it.is_empty()));
    }
    process
}

/// A way of erasing is a condition of storage; that there is none, or that the paper is silent, is one too.
fn condition(path: &ErasurePath) -> Value {
    let method = *path.method.get_ref();
    let kind = if method.erases() { "dpv:StorageDeletion" } else { "dpv:StorageCondition" };
    let scope = path.scope.map(|it| format!(", {it}")).unwrap_or_default();
    json!({
        "@type": kind,
        "rdfs:label": format!("{method}{scope}: {}", path.how),
        "dcterms:bibliographicCitation": path.cite,
    })
}

fn justification(path: &ErasurePath) -> Option<Value> {
    let reason = path.reason.filter(|_| *path.method.get_ref() == Method::Keep)?;
    Some(match of_justification(reason) {
        Some(term) => json!({ "@id": term }),
        None => json!({ "@type": "dpv:Justification", "rdfs:label": reason.as_str() }),
    })
}

fn receiver(inventory: &Inventory, receiver: &Receiver) -> Value {
    let on = if receiver.on { "on" } else { "off" };
    json!({
        "@id": address(inventory, &["recipient", &receiver.id]),
        "@type": if receiver.third_party { "dpv:ThirdParty" } else { "dpv:Recipient" },
        "rdfs:label": receiver.name,
        "rdfs:comment": format!("{on}; what it got, it deletes: {}", receiver.deletes),
    })
}

/// References to terms, each once, in the order of their names.
fn terms<'t>(terms: impl Iterator<Item = &'t str>) -> Vec<Value> {
    terms.collect::<BTreeSet<_>>().into_iter().map(|it| json!({ "@id": it })).collect()
}

/// The IRI of the record, or of something in it: under a name that is nobody's (RFC 2606).
fn address(inventory: &Inventory, parts: &[&str]) -> String {
    let mut address = format!("https://understudy.example/site/{}", inventory.site);
    for part in parts {
        address = format!("{address}/{part}");
    }
    address
}
