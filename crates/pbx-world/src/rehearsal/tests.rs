use std::collections::BTreeMap;

use pbx_estate::people::{Party, People};
use pbx_kernel::SiteId;
use pbx_policy::SubjectKind;
use pbx_recorder::PublicKey;
use pbx_rehearsal::{Answer, Decision, IdentifierKind, Outcome, StepError, verify};

use super::*;
use crate::{Scenario, WorldOptions};

const POLICY: &str = include_str!("../../../../scenarios/harbour-pbx.toml");

const SCENARIO: &str = r#"
seed = 1
hashing = "low"
clock = { start = "2026-11-22T09:00:00Z", frozen = true }
[[sites]]
id = "north"
policy = "../../scenarios/harbour-pbx.toml"
ports = 0
"#;

const ADA: &str = "+46 70 123 45 67";
const BERT: &str = "+46 70 765 43 21";

/// A site with two people: Ada has two messages, Bert has one from Ada and one from a stranger.
async fn rehearsals(options: WorldOptions) -> Rehearsals {
    let scenario = Scenario::parse("one.toml", SCENARIO).expect("a scenario");
    let world = World::start(options, scenario, &[]).expect("a world");
    world.founded().await.expect("accounts");
    let seat = world.seat(&SiteId::parse("north").expect("an id")).expect("a site");
    let sequence = seat.with_site(|site, now| site.populate(now, |people| populate(people, now)));
    durable(&*seat.shared.store, sequence.expect("populated").expect("something was added"))
        .await
        .expect("on the disk");
    Rehearsals::new(world, seat)
}

fn populate(people: &mut People<'_>, now: pbx_kernel::Timestamp) -> Result<(), pbx_estate::Error> {
    let mut person = |name: &str, number: &str| {
        let fields = [(FieldId::Name, name.to_owned()), (FieldId::Number, number.to_owned())];
        people.add(SubjectKind::EndUsers, BTreeMap::from(fields), now)
    };
    let (ada, bert) = (person("Ada Example", ADA)?, person("Bert Other", BERT)?);
    let of_ada = vec![Party { person: Some(ada.number), text: ADA.to_owned() }];
    for (owner, caller, parties) in [
        (&ada, "+46 8 555 010 01", Vec::new()),
        (&ada, BERT, vec![Party { person: Some(bert.number), text: BERT.to_owned() }]),
        (&bert, ADA, of_ada),
        (&bert, "+46 8 555 010 02", Vec::new()),
    ] {
        let fields = BTreeMap::from([(FieldId::Number, caller.to_owned())]);
        people.add_item("messages", owner.number, now, fields, parties, None)?;
    }
    Ok(())
}

fn intake(kind: RequestKind) -> Intake {
    let identifiers = vec![
        Identifier::parse(IdentifierKind::Phone, ADA).expect("a number"),
        Identifier::parse(IdentifierKind::Name, "Ada Example").expect("a name"),
    ];
    Intake { id: None, kind, identifiers, takes_silent_ways: false }
}

const IDENTITY: Step = Step::VerifyIdentity { vouched: false };

/// Everything that the site holds of people, as text.
fn contents(rehearsals: &Rehearsals) -> Vec<String> {
    look(&rehearsals.seat, |estate, _| {
        let mut people = People::open(estate)?;
        let mut all: Vec<String> = people.list(0, 100)?.iter().map(|it| format!("{it:?}")).collect();
        all.extend(people.all_items("messages", None, 100)?.iter().map(|it| format!("{it:?}")));
        Ok(all)
    })
    .expect("readable")
}

fn before(case: &Case) -> Vec<(&str, u64)> {
    case.plan.stores.iter().map(|it| (it.store.as_str(), it.before)).collect()
}

#[tokio::test]
async fn an_access_request_ends_in_a_copy_and_a_certificate_that_verifies_offline() {
    let rehearsals = rehearsals(WorldOptions::default()).await;
    let case = rehearsals.receive(intake(RequestKind::Access)).await.expect("received");
    let id = case.request.id();
    for step in [IDENTITY, Step::Locate, Step::Package, Step::Certify] {
        assert!(rehearsals.certificate(id).await.is_err(), "nothing is certified before {step:?}");
        rehearsals.step(id, step).await.expect("a step");
    }
    let package = rehearsals.package(id).expect("a package");
    let text = String::from_utf8(package.clone()).expect("JSON");
    assert!(text.contains("Ada Example") && text.contains(ADA) && !text.contains("Bert Other"));
    let package: Value = serde_json::from_slice(&package).expect("JSON");
    let state = |store: &str| {
        let stores = package["stores"].as_array().expect("stores");
        stores
            .iter()
            .find(|it| it["store"] == store)
            .map(|it| (it["state"].clone(), it["with_others"].clone()))
    };
    assert_eq!(state("muster-roll"), Some(("held".into(), 0.into())));
    assert_eq!(state("messages"), Some(("held".into(), 1.into())));
    assert_eq!(state("ships-log"), Some(("not held".into(), 0.into())));

    let certificate = rehearsals.certificate(id).await.expect("a certificate");
    let key = PublicKey::parse(rehearsals.world.public_key().trim()).expect("a key");
    let json = certificate.to_json().into_bytes();
    let verified = verify(&json, &key).expect("it is true");
    assert_eq!(verified.body.subject, case.request.subject());
    assert!(!String::from_utf8_lossy(&json).contains("Ada"), "it names nobody");
    for at in (0..json.len()).step_by(7) {
        let mut changed = json.clone();
        changed[at] ^= 1;
        assert!(verify(&changed, &key).is_err(), "byte {at} may be changed");
    }
}

#[tokio::test]
async fn a_wrong_or_repeated_step_changes_nothing() {
    let rehearsals = rehearsals(WorldOptions::default()).await;
    let wrong = |kind, text| Identifier::parse(kind, text).expect("an identifier");
    let mut other = intake(RequestKind::Erasure);
    other.identifiers.push(wrong(IdentifierKind::Phone, BERT));
    let refused = rehearsals.receive(other).await;
    assert!(matches!(refused, Err(RehearsalError::SeveralPeople)), "{refused:?}");
    let mut doubtful = intake(RequestKind::Erasure);
    doubtful.identifiers[1] = wrong(IdentifierKind::Name, "Grace Wrong");
    let doubtful = rehearsals.receive(doubtful).await.expect("received");
    let refused = rehearsals.step(doubtful.request.id(), IDENTITY).await;
    assert!(matches!(refused, Err(RehearsalError::Identity)), "{refused:?}");

    let case = rehearsals.receive(intake(RequestKind::Erasure)).await.expect("received");
    let id = case.request.id();
    let again = rehearsals.receive(Intake { id: Some(id.to_owned()), ..intake(RequestKind::Access) }).await;
    assert!(matches!(again, Err(RehearsalError::Duplicate { .. })), "{again:?}");
    let contents_before = contents(&rehearsals);
    for step in [IDENTITY, Step::Locate, Step::Plan, Step::DryRun] {
        let case = rehearsals.step(id, step.clone()).await.expect("a step");
        let trail = rehearsals.seat.trail_len();
        for wrong in [step, Step::Package, Step::Search, Step::Certify, Step::Close] {
            let refused = rehearsals.step(id, wrong).await;
            assert!(matches!(refused, Err(RehearsalError::Step(StepError::Order { .. }))), "{refused:?}");
        }
        assert_eq!(rehearsals.show(id).expect("there"), case);
        assert_eq!(rehearsals.seat.trail_len(), trail);
    }
    assert_eq!(contents(&rehearsals), contents_before, "a dry run changes nothing");
    let unknown = rehearsals.step("r-99999", IDENTITY).await;
    assert!(matches!(unknown, Err(RehearsalError::NoSuchRequest { .. })));
}

#[tokio::test]
async fn an_erasure_takes_what_is_hers_and_says_what_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = WorldOptions { state: Some(folder.path().join("state")), ..WorldOptions::default() };
    let rehearsals = rehearsals(options).await;
    let case = rehearsals.receive(intake(RequestKind::Erasure)).await.expect("received");
    let id = case.request.id();
    for step in [IDENTITY, Step::Locate, Step::Plan] {
        rehearsals.step(id, step).await.expect("a step");
    }
    let planned = rehearsals.step(id, Step::DryRun).await.expect("a dry run");
    let expected = [("muster-roll", 1), ("messages", 2), ("messages/of-others", 1), ("ships-log", 0)];
    assert_eq!(before(&planned), expected);
    let decisions: Vec<&Decision> = planned.plan.stores.iter().map(|it| &it.decision).collect();
    assert!(matches!(
        decisions[..],
        [Decision::Delete, Decision::Delete, Decision::Keep { .. }, Decision::NotPossible]
    ));
    let others = |all: Vec<String>| -> Vec<String> {
        all.into_iter().filter(|it| it.contains("owner: 2") || it.contains("Bert Other")).collect()
    };
    let others_before = others(contents(&rehearsals));
    assert_eq!(others_before.len(), 3);
    let executed = rehearsals.step(id, Step::Execute).await.expect("executed");
    let after: Vec<Option<u64>> = executed.plan.stores.iter().map(|it| it.after).collect();
    assert_eq!(after[..3], [Some(0), Some(0), Some(1)]);
    assert_eq!(others(contents(&rehearsals)), others_before, "nobody else is touched");
    for step in [Step::Notify, Step::Search, Step::Certify] {
        rehearsals.step(id, step).await.expect("a step");
    }
    let ledger = rehearsals.ledger().expect("readable");
    assert_eq!(ledger.len(), 1);
    assert!(!ledger[0].checkpoint.is_empty() && ledger[0].tokens.len() >= 2);
    let certificate = rehearsals.certificate(id).await.expect("a certificate");
    let Answer::Erasure(erasure) = &certificate.body.answer else { panic!("it is an erasure") };
    assert_eq!(erasure.verdict.outcome, Outcome::Exceptions, "{:?}", erasure.verdict);
    assert!(erasure.findings.iter().all(|it| it.explanation.is_some()), "{:?}", erasure.findings);
    let key = PublicKey::parse(rehearsals.world.public_key().trim()).expect("a key");
    verify(&certificate.to_json().into_bytes(), &key).expect("it is true");
    let case = rehearsals.show(id).expect("there");
    assert!(rehearsals.dossier(&case).is_err(), "what identified her is gone");
    rehearsals.step(id, Step::Close).await.expect("closed");
}

#[test]
fn a_silent_store_never_gives_a_complete_verdict() {
    let silent = r#"
[[stores]]
id = "gossip"
name = "Gossip"
category = "content"
kind = "contact"
owner = "person"
subjects = ["end-users"]
read = "people.read"
fields = [{ id = "text", label = "What is said", purpose = "communication" }]

[[stores.erase]]
method = "silent"
scope = "person"
needs = ["people.delete"]
surfaces = ["web"]
how = "Nobody says how."
controls = ["HP-002"]
cite = "invented"
"#;
    let policy = pbx_policy::Policy::parse("silent.toml", &format!("{POLICY}\n{silent}")).expect("a policy");
    for takes_silent_ways in [false, true] {
        let is_taken = planning::tasks(&policy, takes_silent_ways).iter().any(|it| it.store == "gossip");
        assert_eq!(is_taken, takes_silent_ways);
        let mut plan = planning::plan(&policy, &Survey::default(), takes_silent_ways);
        plan.stores.retain(|it| it.store == "gossip");
        assert_eq!(plan.stores[0].decision, Decision::Silent);
        assert!(plan.record_after("gossip", 0));
        assert!(!plan.verdict(&[], &[]).is_complete());
    }
}
