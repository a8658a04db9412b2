use std::collections::BTreeSet;

use serde_json::Value;

use super::{inventories, inventory_with};
use crate::to_json_ld;

/// The terms that may occur, each looked up in version 2.2 of the vocabulary.
#[rustfmt::skip]
const TERMS: &[&str] = &[
    "dcterms:bibliographicCitation", "dcterms:references", "dcterms:source", "dcterms:title",
    "dpv:AccessControlMethod", "dpv:Client", "dpv:CommunicationManagement", "dpv:Customer", "dpv:DataRedaction",
    "dpv:DigitalSignatures", "dpv:Employee", "dpv:EncryptionAtRest", "dpv:EnforceSecurity", "dpv:Justification",
    "dpv:PaymentManagement", "dpv:Process", "dpv:Pseudonymisation", "dpv:ROPA", "dpv:Recipient", "dpv:RecordManagement",
    "dpv:StorageCondition", "dpv:StorageDeletion", "dpv:StorageDuration", "dpv:TechnicalServiceProvision",
    "dpv:ThirdParty", "dpv:User", "dpv:Visitor", "dpv:hasDataSubject", "dpv:hasJustification", "dpv:hasLegalBasis",
    "dpv:hasPersonalData", "dpv:hasProcess", "dpv:hasPurpose", "dpv:hasRecipient", "dpv:hasRecipientThirdParty",
    "dpv:hasRight", "dpv:hasStorageCondition", "dpv:hasTechnicalMeasure",
    "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A6-1-a", "eu-gdpr:A6-1-b", "eu-gdpr:A6-1-f",
    "pd:CallLog", "pd:City", "pd:Communication", "pd:CommunicationsMetadata", "pd:Contact", "pd:CurrentEmployment",
    "pd:DeviceBased", "pd:EmailAddressWork", "pd:Job", "pd:Language", "pd:Location", "pd:Name", "pd:PhysicalAddress",
    "pd:PostalCode", "pd:Region", "pd:RoomNumber", "pd:ServiceConsumptionBehavior", "pd:TelephoneNumber",
    "pd:Transactional", "pd:Username", "pd:VoiceCommunicationRecording", "pd:VoiceMail", "pd:WorkEnvironment",
    "rdfs:comment", "rdfs:label",
];

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Every key, type and reference in `value`, but not the texts.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|it| names(it, found)),
        Value::Object(properties) => {
            for (key, value) in properties {
                match key.as_str() {
                    "@context" => {}
                    "@id" | "@type" => drop(found.insert(value.as_str().expect("one IRI").to_owned())),
                    "@graph" => names(value, found),
                    key => {
                        found.insert(key.to_owned());
                        names(value, found);
                    }
                }
            }
        }
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn only_terms_of_the_closed_list_occur_and_addresses_of_our_own() {
    let mut found = BTreeSet::new();
    names(&read(&to_json_ld(&inventories())), &mut found);
    let (own, terms): (BTreeSet<_>, BTreeSet<_>) =
        found.iter().map(String::as_str).partition(|it| it.starts_with("https://understudy.example/site/"));
    assert_eq!(terms, TERMS.iter().copied().collect());
    assert!(own.iter().all(|it| !it.contains([' ', '"', '<', '>'])), "{own:?}");
}

#[test]
fn every_prefix_is_explained_with_an_iri_of_its_vocabulary() {
    let document = read(&to_json_ld(&inventories()));
    assert_eq!(document["@context"]["dpv"], "https://w3id.org/dpv#");
    assert_eq!(document["@context"]["pd"], "https://w3id.org/dpv/pd#");
    assert_eq!(document["@context"]["eu-gdpr"], "https://w3id.org/dpv/legal/eu/gdpr#");
    for term in TERMS {
        let (prefix, _) = term.split_once(':').expect("a prefix");
        assert!(document["@context"][prefix].is_string(), "{term}");
    }
}

#[test]
fn what_is_referred_to_is_described_once() {
    let document = read(&to_json_ld(&inventories()));
    let graph = document["@graph"].as_array().expect("a graph");
    let described: Vec<_> = graph.iter().map(|it| it["@id"].as_str().expect("an IRI")).collect();
    let once: BTreeSet<_> = described.iter().copied().collect();
    assert_eq!(described.len(), once.len(), "each once");
    let mut found = BTreeSet::new();
    names(&document, &mut found);
    let referred = found.iter().map(String::as_str).filter(|it| it.starts_with("https://"));
    assert_eq!(referred.collect::<BTreeSet<_>>(), once);
    assert_eq!(graph.iter().filter(|it| it["@type"] == "dpv:ROPA").count(), 5);
}

#[test]
fn silence_is_no_deletion() {
    let document = read(&to_json_ld(&[inventory_with("app-suite", &[])]));
    let graph = document["@graph"].as_array().expect("a graph");
    let chat = graph.iter().find(|it| it["rdfs:label"] == "Chats").expect("chats");
    let kinds: Vec<_> = chat["dpv:hasStorageCondition"]
        .as_array()
        .expect("conditions")
        .iter()
        .map(|it| &it["@type"])
        .collect();
    assert_eq!(kinds, ["dpv:StorageDuration", "dpv:StorageCondition"]);
    let record = graph.iter().find(|it| it["rdfs:label"] == "Call recordings").expect("recordings");
    assert!(record.to_string().contains("dpv:StorageDeletion"));
    assert!(record.to_string().contains("dpv:DigitalSignatures"));
}
