use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pbx_estate::subscriber::Subscriber;
use pbx_kernel::{SiteId, StoreError};
use pbx_product::Product;
use pbx_rehearsal::{Encoding, IdentifierKind, Identity, Needles, Numbering, Searcher};

use super::*;
use crate::{Scenario, Seat, World, WorldOptions};

static PRODUCTS: &[&Product] = &[
    &product_app_suite::PRODUCT,
    &product_mx_one::PRODUCT,
    &product_office_400::PRODUCT,
    &product_oig::PRODUCT,
];

fn scenario(product: &str, people: &str) -> Scenario {
    let text = format!(
        "seed = 3\nhashing = \"low\"\nclock = {{ start = \"2026-11-22T09:00:00Z\", frozen = true }}\n\
         [[sites]]\nid = \"north\"\nproduct = \"{product}\"\n[sites.people]\n{people}\n"
    );
    Scenario::parse("scenario.toml", &text).expect("a scenario")
}

fn start(scenario: Scenario, folder: Option<&Path>) -> Arc<World> {
    let options = WorldOptions { state: folder.map(|it| it.join("state")), ..WorldOptions::default() };
    World::start(options, scenario, PRODUCTS).expect("a world")
}

fn id() -> SiteId {
    SiteId::parse("north").expect("an id")
}

fn north(world: &World) -> Arc<Seat> {
    world.seat(&id()).expect("it is there")
}

fn read<T>(seat: &Seat, read: impl FnOnce(&mut pbx_estate::people::People<'_>) -> T) -> T {
    let read = seat
        .with_site(|site, _| site.read(|estate, _| Ok(read(&mut pbx_estate::people::People::open(estate)?))));
    read.expect("readable")
}

/// How many items each store holds, and how many people there are.
fn held(seat: &Seat) -> BTreeMap<String, usize> {
    read(seat, |people| {
        let stores = seat.policy().stores.iter().map(|it| it.id.get_ref().clone());
        let count = |store: String| {
            let items = people.all_items(&store, None, 1_000_000).expect("readable").len();
            (store, items)
        };
        let mut held: BTreeMap<String, usize> = stores.map(count).collect();
        held.insert("users".to_owned(), people.list(0, 1_000_000).expect("readable").len());
        held
    })
}

/// The same by the manifest.
fn expected(seat: &Seat) -> BTreeMap<String, usize> {
    let manifest = seat.population.as_ref().expect("people").manifest(&id(), None).expect("a manifest");
    let mut items: BTreeMap<String, BTreeSet<_>> =
        seat.policy().stores.iter().map(|it| (it.id.get_ref().clone(), BTreeSet::new())).collect();
    for place in manifest.subjects.iter().flat_map(|it| &it.places) {
        items
            .entry(place.store.clone())
            .or_default()
            .insert((place.owner.clone(), place.kind.zip(place.item)));
    }
    let mut held: BTreeMap<String, usize> = items.into_iter().map(|(store, it)| (store, it.len())).collect();
    held.insert("users".to_owned(), manifest.subjects.iter().filter(|it| it.has_record).count());
    held
}

async fn check_manifest(product: &str, stores: &[&str]) {
    let world = start(scenario(product, "count = 50"), None);
    world.peopled().await;
    let seat = north(&world);
    let held = held(&seat);
    assert_eq!(held, expected(&seat));
    let filled: Vec<&str> =
        held.iter().filter(|(_, count)| **count > 0).map(|(store, _)| store.as_str()).collect();
    assert_eq!(filled, stores);
}

#[tokio::test]
async fn stores_hold_what_the_manifest_says() {
    let office = ["charges", "contacts", "directory", "greetings", "recordings", "users", "voice-mail"];
    check_manifest("office-400", &office).await;
    let mx_one = ["call-list", "cdr", "contacts", "directory", "recordings", "users", "voice-mail"];
    check_manifest("mx-one", &mx_one).await;
    check_manifest("app-suite", &["call-list", "cdr", "chat", "contacts", "recordings", "users"]).await;
    check_manifest("oig", &["call-list", "cdr", "users"]).await;
}

#[tokio::test]
async fn an_account_of_an_end_user_is_a_persons_own() {
    let world = start(scenario("office-400", "count = 3"), None);
    world.peopled().await;
    let seat = north(&world);
    let (name, mail, audio) = read(&seat, |people| {
        let name = pbx_kernel::AccountName::parse("201").expect("a name");
        let account = pbx_estate::account::find(people.estate(), seat.policy(), &name).expect("readable");
        let number = account.and_then(|it| it.person).expect("a person");
        let person = people.person(number).expect("readable").expect("there");
        assert_eq!(people.named("201").expect("readable"), Some(person.clone()));
        let mail = people.items("voice-mail", number, None, 10).expect("readable");
        (person.name(), mail.len(), mail.iter().all(|it| it.sound.is_some()))
    });
    assert_eq!((name.as_str(), mail, audio), ("Ines Falk", 2, true));
    let manifest =
        seat.population.as_ref().expect("people").manifest(&id(), Some("Ines Falk")).expect("known");
    let own = |it: &&Place| it.store == "voice-mail" && it.field == "owner";
    let counts: Vec<_> = manifest
        .subjects
        .iter()
        .map(|it| (it.subject.as_str(), it.places.iter().filter(own).count()))
        .collect();
    assert_eq!(counts, [("account-ines.falk", 2)]);
}

#[tokio::test]
async fn extensions_of_an_mx_one_are_subscribers_with_names() {
    let world = start(scenario("mx-one", "count = 5"), None);
    world.peopled().await;
    let names = read(&north(&world), |people| {
        let all = people.list(0, 100).expect("readable");
        let subscribers = people.estate().list::<Subscriber>(None, 100).expect("readable");
        let named: BTreeSet<String> = subscribers
            .into_iter()
            .filter_map(|(_, it)| it.name.map(|it| format!("{} {}", it.first, it.last)))
            .collect();
        (all.iter().map(pbx_estate::people::Person::name).collect::<BTreeSet<_>>(), named)
    });
    assert_eq!(names.0, names.1);
    assert_eq!(names.0.len(), 6, "five, and whom an account belongs to");
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let manifest = |people: &str| {
        let sites = scenario("app-suite", people).outline(PRODUCTS, &[]).expect("a plan");
        let population = sites[0].population.as_ref().expect("people");
        population.manifest(&id(), None).expect("a manifest")
    };
    assert_eq!(manifest("count = 20"), manifest("count = 20"));
    assert_eq!(manifest("count = 20\nseed = 5"), manifest("count = 20\nseed = 5"));
    assert_ne!(manifest("count = 20"), manifest("count = 20\nseed = 5"));
}

#[test]
fn the_manifest_of_one_is_a_part_of_the_whole() {
    let sites = scenario("mx-one", "count = 20").outline(PRODUCTS, &[]).expect("a plan");
    let population = sites[0].population.as_ref().expect("people");
    let whole = population.manifest(&id(), None).expect("a manifest");
    for mut subject in whole.subjects {
        let name = subject.subject.clone();
        let mut one = population.manifest(&id(), Some(&name)).expect("a manifest").subjects;
        let mut found = one.pop().expect("he is there");
        found.places.sort();
        subject.places.sort();
        assert_eq!((found, one.len()), (subject, 0));
    }
}

#[test]
fn nobody_gets_a_residents_extension() {
    let resident = |extension: &str| Resident {
        account: pbx_kernel::AccountName::parse("it").expect("a name"),
        fields: BTreeMap::from([(FieldId::Extension, extension.to_owned())]),
    };
    let first = |count, extension| {
        let people = pbx_fiction::People::with_extensions(1, extensions(count, &[resident(extension)]));
        people.person(0).and_then(|it| it.extension()).expect("an extension")
    };
    assert_eq!(first(100, "2100"), "2000");
    assert_eq!(first(101, "2100"), "3000");
    assert_eq!(first(7_000, "2100"), "20000");
}

#[tokio::test]
async fn loading_goes_on_after_a_crash_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let people = || scenario("app-suite", "count = 3000\nrecordings = 0");
    let progress = |seat: &Seat| {
        let loading = seat.with_site(|site, _| site.read(|estate, _| Ok(Loading::of(estate)?)));
        loading.expect("readable")
    };
    let world = start(people(), Some(folder.path()));
    let seat = north(&world);
    while held(&seat)["users"] < 100 {
        tokio::task::yield_now().await;
    }
    // First a disk that is full for a while, then a process that ends.
    world.faults().refuse_writes(Some(StoreError::Full));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    world.faults().refuse_writes(None);
    world.shutdown().await;
    assert!(!progress(&seat).expect("it began").is_done(), "it was in the middle");
    drop((world, seat));

    let world = start(people(), Some(folder.path()));
    world.peopled().await;
    let seat = north(&world);
    assert!(progress(&seat).expect("it began").is_done());
    assert_eq!(held(&seat), expected(&seat));
}

#[tokio::test]
async fn no_file_of_the_state_folder_has_anybody_in_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = start(scenario("mx-one", "count = 2000"), Some(folder.path()));
    world.peopled().await;
    let seat = north(&world);
    let manifest = seat.population.as_ref().expect("people").manifest(&id(), None).expect("a manifest");
    world.shutdown().await;
    let everybody: Vec<(u32, Identity)> = (0..).zip(manifest.subjects.iter().map(identity)).collect();
    let everybody = everybody.iter().map(|(number, identity)| (*number, identity));
    let (numbering, encodings) = (Numbering::default(), [Encoding::Utf8]);
    let needles =
        Needles::build(everybody, &numbering, &encodings, Needles::RANDOM_BYTES_MIN).expect("few enough");
    let mut search = Searcher::new(&needles);
    for file in files(folder.path()) {
        search.feed(&std::fs::read(file).expect("readable"));
    }
    let hits = search.finish();
    assert_eq!(hits.count(), 0, "{hits:?}");
    assert!(hits.bytes() > 10_000_000, "it looked at what was written: {}", hits.bytes());
    let mut search = Searcher::new(&needles);
    search.feed(manifest.subjects[1].fields["email"].as_bytes());
    assert!(search.finish().count() > 0, "it would have found somebody");
}

fn identity(subject: &SubjectPlaces) -> Identity {
    let mut identity = Identity::new();
    let kinds = [
        ("name", IdentifierKind::Name),
        ("email", IdentifierKind::Email),
        ("mobile", IdentifierKind::Phone),
        ("number", IdentifierKind::Phone),
        ("address", IdentifierKind::Text),
    ];
    let name =
        ["first-name", "last-name"].map(|it| subject.fields.get(it).map_or("", String::as_str)).join(" ");
    let named = Some((IdentifierKind::Name, name)).filter(|it| it.1 != " ");
    let fields =
        kinds.into_iter().filter_map(|(field, kind)| Some((kind, subject.fields.get(field)?.clone())));
    for (kind, text) in fields.chain(named) {
        identity = identity.with(kind, &text).expect("an identifier");
    }
    identity
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
