//! A product that keeps notes and recordings about subjects, for tests of what operations wait for.

use std::fs;
use std::path::PathBuf;

use pbx_cmdline::{Switch, ValueKind};
use pbx_estate::keys::{Found, KeyTree, Owned, Slot};
use pbx_estate::{Args, Context, Estate, Event, Handler, Outcome, Refusal, Reply, Stop};
use pbx_kernel::{BlobId, Change, Row, Table};
use pbx_product::{Access, Command, Method, Route, Run, needs};
use pbx_vault::{Keyring, SystemEntropy};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::talking::run;
use super::*;
use crate::PolicyText;

static PRODUCT: Product =
    Product { id: "harbour", policy: HARBOUR, commands: COMMANDS, routes: ROUTES, ..pbx_product::GENERIC };
static PRODUCTS: &[&Product] = &[&PRODUCT];

const COMMANDS: &[Command] = &[
    row("subject add", &[value("text"), value("recordings")], add),
    row("subject show", &[value("number")], show),
    row("subject play", &[value("number"), value("recordings")], play),
    row("subject erase", &[value("number")], erase),
];

const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: "/api/login", access: Access::LogIn, summary: "Log in" },
    Route {
        method: Method::Delete,
        path: "/api/subjects/{number}",
        access: Access::Needs(needs::ACCOUNTS_CREATE, erase),
        summary: "Erase a subject",
    },
    Route {
        method: Method::Get,
        path: "/api/subjects/{number}/recordings/{recordings}",
        access: Access::Needs(needs::ACCOUNTS_CREATE, play),
        summary: "Play recordings",
    },
];

const fn row(words: &'static str, switches: &'static [Switch], run: Handler) -> Command {
    let (needs, run) = (needs::ACCOUNTS_CREATE, Run::Operation(run));
    Command { words, action: None, needs, summary: "A test", switches, run }
}

const fn value(long: &'static str) -> Switch {
    Switch { short: None, long, value: ValueKind::Text, required: false, help: "a test" }
}

/// What is known of a subject. Its number is its slot's.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    slot: Slot,
    text: String,
    recordings: u16,
}

impl Owned for Note {
    const TABLE: Table = Table("note");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.slot.number().to_string()
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

fn add(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut tree = KeyTree::open(&cx.estate)?;
    let (slot, _) = tree.allot()?;
    let count = number(args, "recordings").unwrap_or(0);
    let note = Note { slot, text: args.text("text")?.to_owned(), recordings: count.try_into().expect("few") };
    let mut changes = vec![tree.put(&note)?];
    changes.extend((0..count).map(|it| Change::PutBlob(recording(slot, it), Arc::from(content(it)))));
    changes.extend(tree.changes()?);
    let number = slot.number().to_string();
    Ok(Outcome::change(changes, Event::on("subject.added", "subject", &*number), Reply::Text(number)))
}

fn show(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    Ok(Outcome::reply(Reply::Text(note(cx, args)?.text)))
}

/// Reads as many recordings as `recordings` says, one after the other.
fn play(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let slot = note(cx, args)?.slot;
    let mut played = String::new();
    for it in 0..number(args, "recordings").unwrap_or(0) {
        played += &String::from_utf8_lossy(cx.blob(recording(slot, it))?);
    }
    Ok(Outcome::reply(Reply::Text(played)))
}

/// Erases a subject, once it has looked at its recordings.
fn erase(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let note = note(cx, args)?;
    let mut changes = Vec::new();
    for it in 0..u32::from(note.recordings) {
        assert_eq!(cx.blob(recording(note.slot, it))?, content(it));
        changes.push(Change::DropBlob(recording(note.slot, it)));
    }
    let mut tree = KeyTree::open(&cx.estate)?;
    assert!(tree.destroy(note.slot)?, "a note has its key");
    changes.push(tree.delete(&note));
    changes.extend(tree.changes()?);
    let event = Event::on("subject.erased", "subject", note.slot.number().to_string());
    Ok(Outcome::change(changes, event, Reply::Done("Erased.".to_owned())))
}

fn note(cx: &Context<'_>, args: &Args) -> Result<Note, Stop> {
    let number = args.text("number")?;
    match KeyTree::open(&cx.estate)?.get(number)? {
        Some(Found::Whole(note)) => Ok(note),
        Some(Found::Gone(_)) | None => Err(Refusal::NoSuch("subject", number.to_owned()).into()),
    }
}

fn number(args: &Args, name: &str) -> Option<u32> {
    args.get(name).map(|it| it.parse().expect("a number"))
}

fn recording(slot: Slot, number: u32) -> BlobId {
    BlobId::new((u128::from(slot.number()) << 32 | u128::from(number)).to_be_bytes())
}

fn content(number: u32) -> Vec<u8> {
    format!("[{number}]").into_bytes()
}

/// The operation behind `subject erase`, for tests that take it step by step.
pub(super) const ERASE: Handler = erase;

/// The folder that a world keeps its state in, its root key beside it.
pub(super) struct Place(TempDir);

impl Place {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    /// A world that keeps its state here.
    pub(super) fn world(&self) -> Arc<World> {
        world(WorldOptions { state: Some(self.state()), ..WorldOptions::default() })
    }

    /// Everything as it lies on the disk now, as a crash at this moment would leave it.
    pub(super) async fn copy(&self, world: &World) -> Self {
        // What is written without anybody waiting for it must not be copied half-written.
        world.barrier(north(world).id()).await.expect("durable");
        let copy = Self::new();
        copy_folder(self.0.path(), copy.0.path());
        copy
    }

    /// The keyring as it is on the disk now. A world may have it open.
    pub(super) fn keyring(&self) -> Keyring {
        let aside = Self::new();
        fs::create_dir(aside.state()).expect("a folder");
        for name in ["state/keyring", "state.root-key"] {
            fs::copy(self.0.path().join(name), aside.0.path().join(name)).expect("copied");
        }
        Keyring::open_or_create(
            &aside.state().join("keyring"),
            &aside.0.path().join("state.root-key"),
            &mut SystemEntropy,
        )
        .expect("a keyring")
    }

    /// The generations that the keyring on the disk holds.
    pub(super) fn generations(&self) -> Vec<u64> {
        let north = SiteId::parse("north").expect("an id");
        self.keyring().generations(&north).expect("a site").map(|it| it.0).collect()
    }

    /// Whether the keyring's file cannot be written from now on.
    pub(super) fn refuse_keyring_writes(&self, refuse: bool) {
        let obstacle = self.state().join("keyring.new");
        if refuse {
            fs::create_dir_all(obstacle.join("full")).expect("made");
        } else {
            fs::remove_dir_all(obstacle).expect("removed");
        }
    }
}

/// A world of the product of subjects.
pub(super) fn world(options: WorldOptions) -> Arc<World> {
    let scenario = Scenario::parse("scenario.toml", SCENARIO).expect("a scenario");
    let text = HARBOUR.replace("looks = \"generic\"", "looks = \"harbour\"");
    let policies = vec![PolicyText::parse("harbour.toml", &text).expect("a policy")];
    let options = WorldOptions { policies, ..options };
    World::start(options, scenario, PRODUCTS).expect("a world")
}

/// Adds subjects whose notes are these texts.
pub(super) async fn add_all(seat: &Arc<Seat>, texts: &[&str]) {
    for text in texts {
        let (said, status) = run(seat, &format!("subject add --text {text}")).await;
        assert_eq!(status, Some(0), "{said}");
    }
}

/// The note of a subject; none where there is no such subject.
pub(super) async fn shown(seat: &Arc<Seat>, number: u32) -> Option<String> {
    let (text, status) = run(seat, &format!("subject show --number {number}")).await;
    assert!(text != pbx_product::GENERIC.screen.unavailable, "the tree can be read");
    (status == Some(0)).then(|| text.trim_end().to_owned())
}

/// The exit status of an erasure.
pub(super) async fn erased(seat: &Arc<Seat>, number: u32) -> Option<u32> {
    run(seat, &format!("subject erase --number {number}")).await.1
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            fs::create_dir_all(&to).expect("made");
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}
