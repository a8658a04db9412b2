use ed25519_dalek::SigningKey;
use pbx_recorder::{CheckpointError, Hash, PublicKey, Tip};
use proptest::prelude::*;

use super::*;
use crate::finding::{Explanation, Place};
use crate::plan::{Decision, Outcome, StorePlan};
use crate::{Encoding, IdentifierKind, Stage};

const ORIGIN: &str = "understudy.example/north";

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn public_key() -> PublicKey {
    PublicKey::new(ORIGIN, signing_key().verifying_key()).expect("a name")
}

fn erasure() -> Erasure {
    let store = |id: &str, decision, before, after| StorePlan {
        after,
        controls: vec!["mx-one/erasure".to_owned()],
        ..StorePlan::new(id, id, decision, before, "paper, section 5")
    };
    let stores = vec![
        store("voice-mail", Decision::DestroyKey, 3, Some(0)),
        store("billing", Decision::Keep { reason: "Art. 17(3)(b) <invoices>".to_owned() }, 1, Some(1)),
        store("backup", Decision::Silent, 1, None),
    ];
    let finding = Finding {
        place: Place::Backup { backup: "backup".to_owned() },
        kind: IdentifierKind::Name,
        encoding: Encoding::Utf16Le,
        offset: 4_711,
        count: 2,
        explanation: Some(Explanation {
            control: "mx-one/backup".to_owned(),
            citation: "paper silent".to_owned(),
            remedy: "make a new backup".to_owned(),
        }),
    };
    let recipient = Recipient {
        recipient: "directory".to_owned(),
        name: "Directory".to_owned(),
        told: Some(Timestamp::from_millis(5_000)),
        closed: None,
    };
    Erasure::new(Plan { stores }, vec![recipient], 1_000_000, vec![finding], None)
}

fn body(kind: RequestKind, answer: Answer) -> Body {
    let site = SiteId::parse("north").expect("valid");
    let request =
        Request::receive(Timestamp::from_millis(1_000), "r-17", site, kind, "5f0cab").expect("valid");
    let request = request.advanced(Timestamp::from_millis(2_000), Stage::IdentityVerified).expect("allowed");
    Body::new(&request, Timestamp::from_millis(9_000), "mx-one", "7.x", answer)
}

/// Certifies `body` as the site does, between other lines.
fn certify(body: Body) -> Certificate {
    let mut tip = Tip::new();
    let other = || body.record("engine").with_detail("note", "another");
    let lines: Vec<_> = [other(), other(), body.record("director"), other(), other()]
        .iter()
        .map(|it| tip.append(it))
        .collect();
    let leaves: Vec<Hash> = lines.iter().map(|it| Hash::of_leaf(&it.0)).collect();
    let checkpoint = tip.checkpoint(ORIGIN).sign(&signing_key()).expect("a name");
    let proof = Proof::new(&lines[2].0, 2, &leaves, &checkpoint).expect("covered");
    Certificate { body, proof }
}

fn certificate() -> Certificate {
    certify(body(RequestKind::Erasure, Answer::Erasure(erasure())))
}

#[test]
fn a_certificate_verifies_with_nothing_but_the_public_key() {
    let json = certificate().to_json();
    let verified = verify(json.as_bytes(), &public_key()).expect("true");
    assert_eq!((verified.line, verified.size, verified.origin.as_str()), (2, 5, ORIGIN));
    assert_eq!(verified.body, certificate().body);
    let Answer::Erasure(erasure) = verified.body.answer else { panic!("an erasure") };
    assert_eq!(erasure.verdict.outcome, Outcome::Exceptions);
}

#[test]
fn a_copy_is_certified_too() {
    let held = Held { store: "cdr".to_owned(), name: "Call records".to_owned(), items: 0 };
    let copy = HandedOver { package_sha256: "00".repeat(32), stores: vec![held] };
    let certificate = certify(body(RequestKind::Access, Answer::Copy(copy.clone())));
    assert!(verify(certificate.to_json().as_bytes(), &public_key()).is_ok());
    assert!(certificate_page(&certificate).contains("not held"));
    let as_erasure = certify(body(RequestKind::Erasure, Answer::Copy(copy)));
    assert_eq!(verify(as_erasure.to_json().as_bytes(), &public_key()), Err(Fault::Verdict));
}

#[test]
fn every_fault_has_its_name() {
    let check = |change: &dyn Fn(&mut Certificate), fault: Fault| {
        let mut certificate = certificate();
        change(&mut certificate);
        assert_eq!(verify(certificate.to_json().as_bytes(), &public_key()), Err(fault));
    };
    check(&|it| it.body.schema.push('0'), Fault::Schema);
    check(&|it| it.body.subject.push('0'), Fault::Body);
    check(&|it| it.body.request.push('0'), Fault::OtherLine);
    check(&|it| it.proof.line.push(' '), Fault::Line);
    check(&|it| drop(it.proof.path.pop()), Fault::Inclusion);
    check(&|it| it.proof.path = vec!["0".repeat(64); 65], Fault::Inclusion);
    check(&|it| it.proof.checkpoint.clear(), Fault::Checkpoint(CheckpointError::Form));
    assert_eq!(verify(b"{}", &public_key()), Err(Fault::Form));
    assert_eq!(verify(&vec![b' '; Certificate::BYTES_MAX + 1], &public_key()), Err(Fault::TooLong));
    let other = PublicKey::new(ORIGIN, SigningKey::from_bytes(&[8; 32]).verifying_key()).expect("a name");
    let json = certificate().to_json();
    assert_eq!(verify(json.as_bytes(), &other), Err(Fault::Checkpoint(CheckpointError::Signature)));
}

#[test]
fn a_verdict_better_than_its_evidence_is_not_believed() {
    let mut erasure = erasure();
    erasure.verdict = Verdict { outcome: Outcome::Complete, remarks: vec![] };
    let certificate = certify(body(RequestKind::Erasure, Answer::Erasure(erasure)));
    assert_eq!(verify(certificate.to_json().as_bytes(), &public_key()), Err(Fault::Verdict));
}

#[test]
fn no_changed_byte_is_believed() {
    let (certificate, key) = (certificate(), public_key());
    let json = certificate.to_json().into_bytes();
    for index in 0..json.len() {
        // The bit that makes another digit or letter, and the one that makes another case.
        for bit in [0x01, 0x20] {
            let mut changed = json.clone();
            changed[index] ^= bit;
            if let Ok(verified) = verify(&changed, &key) {
                // White space and the two cases of an escape mean the same.
                assert_eq!(
                    Certificate::parse(&changed),
                    Ok(certificate.clone()),
                    "byte {index}, bit {bit:#x}"
                );
                assert_eq!(verified.body, certificate.body);
            }
        }
    }
}

#[test]
fn a_proof_is_only_made_of_what_the_checkpoint_covers() {
    let mut tip = Tip::new();
    let body = certificate().body;
    let lines = [tip.append(&body.record("director")), tip.append(&body.record("director"))];
    let leaves: Vec<Hash> = lines.iter().map(|it| Hash::of_leaf(&it.0)).collect();
    let mut first = Tip::new();
    first.replay(&lines[0]);
    let checkpoint = first.checkpoint(ORIGIN).sign(&signing_key()).expect("a name");
    assert!(Proof::new(&lines[0].0, 0, &leaves, &checkpoint).is_some());
    assert_eq!(Proof::new(&lines[1].0, 1, &leaves, &checkpoint), None);
    assert_eq!(Proof::new(&lines[1].0, 0, &leaves, &checkpoint), None);
    assert_eq!(Proof::new(&lines[0].0, 0, &[], &checkpoint), None);
}

#[test]
fn other_tools_get_the_proof_in_their_form() {
    let certificate = certificate();
    let text = certificate.proof.to_tlog_proof().expect("whole");
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", "index 2"]);
    assert_eq!(lines[2 + certificate.proof.path.len()], "");
    assert!(text.ends_with(&format!("\n\n{}", certificate.proof.checkpoint)));
}

#[test]
fn the_page_loads_nothing_and_escapes_everything() {
    let page = certificate_page(&certificate());
    assert!(page.contains("Verdict: Not complete") && page.contains("paper silent"));
    assert!(page.contains("&#60;invoices&#62;") && !page.contains("<invoices>"));
    for loaded in ["http://", "https://", "<script", "src=", "@import", "url("] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    for needed in
        ["<html lang=\"en\">", "<title>", "<main>", "<h1>", "<caption>", "scope=\"col\"", "scope=\"row\""]
    {
        assert!(page.contains(needed), "{needed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_certified_is_escaped_and_verifies(text in "[ -~åß<>&\"']{1,40}") {
        let mut erasure = erasure();
        erasure.stores.stores[0].name = format!("<b>{text}");
        let certificate = certify(body(RequestKind::Erasure, Answer::Erasure(erasure)));
        prop_assert!(verify(certificate.to_json().as_bytes(), &public_key()).is_ok());
        prop_assert!(!certificate_page(&certificate).contains("<b>"));
    }
}
