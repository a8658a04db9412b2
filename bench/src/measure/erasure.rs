use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, ensure};
use pbx_estate::Estate;
use pbx_estate::people::{NOBODY, People};
use pbx_kernel::{Batch, Cipher, Durability, SiteId, Store, Timestamp};
use pbx_policy::{FieldId, SubjectKind};
use pbx_store::{SledOptions, SledStore};
use pbx_vault::{Keyring, SiteCipher, SystemEntropy};

use crate::figure::{Aim, Figure};
use crate::statistics::float;
use crate::stopwatch::Stopwatch;

use super::Bench;

/// How fast content is sealed, and how long it takes to erase one person among others.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut figures = sealing(bench.scale.load)?;
    for subjects in bench.scale.subjects {
        let took = erase_among(&bench.folder()?, *subjects)?;
        let name = format!("erase one person among {subjects}");
        figures.push(
            Figure::new(name, took.as_secs_f64() * 1e3, "ms").aim(Aim::AtMost(ERASE_MS_MAX)).note(NOTE),
        );
    }
    Ok(figures)
}

fn sealing(load: Duration) -> anyhow::Result<Vec<Figure>> {
    let (_, cipher) = keys(None)?;
    let key = cipher.draw_key();
    let plain = vec![0x5a; BLOCK_BYTES];
    let sealed = rate(load, || cipher.seal_under(&key, b"address", &plain).len());
    let block = cipher.seal_under(&key, b"address", &plain);
    let opened = rate(load, || cipher.open_under(&key, b"address", &block).map_or(0, |it| it.len()));
    let openssl = openssl();
    let figure = |name, value| {
        Figure::new(name, value, "GB/s")
            .beside("openssl speed", openssl.as_ref().ok().copied())
            .aim(Aim::TimesAtLeast(SEALING_SHARE_MIN))
    };
    let missing = openssl.as_ref().err().map(|error| format!("openssl speed: {error:#}")).unwrap_or_default();
    Ok(vec![figure("seal, 16 KiB at a time", sealed), figure("open, 16 KiB at a time", opened).note(missing)])
}

/// Billions of bytes a second on one core.
fn rate(load: Duration, mut block: impl FnMut() -> usize) -> f64 {
    let watch = Stopwatch::start();
    let mut bytes = 0;
    while watch.elapsed() < load {
        bytes += std::hint::black_box(block());
    }
    float(bytes) / watch.elapsed().as_secs_f64() / 1e9
}

/// What `openssl speed` reaches with the same cipher and block on one core.
fn openssl() -> anyhow::Result<f64> {
    let block = BLOCK_BYTES.to_string();
    let arguments = ["speed", "-elapsed", "-seconds", "2", "-bytes", block.as_str(), "-evp", "aes-256-gcm"];
    let output = Command::new("openssl").args(arguments).output().context("openssl does not start")?;
    ensure!(output.status.success(), "openssl speed failed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|it| it.starts_with("AES-256-GCM")).context("openssl speed says nothing")?;
    let kilobytes = line.split_whitespace().last().and_then(|it| it.strip_suffix('k'));
    let kilobytes: f64 = kilobytes.context("openssl speed says it differently")?.parse()?;
    Ok(kilobytes / 1e6)
}

/// The median time to erase one of `subjects` people, keys and all, from the request to the durable end.
fn erase_among(folder: &Path, subjects: u64) -> anyhow::Result<Duration> {
    let site = SiteId::parse(SITE)?;
    let store = SledStore::open(&folder.join("store"), SledOptions::default())?;
    let (mut keyring, mut cipher) = keys(Some(folder))?;
    for first in (0..subjects).step_by(TOGETHER) {
        let many = TOGETHER.min(usize::try_from(subjects - first)?);
        commit(&store, &site, &cipher, |people| {
            for number in (first..).take(many) {
                let fields = BTreeMap::from([
                    (FieldId::FirstName, "Ada".to_owned()),
                    (FieldId::LastName, format!("Abonnent {number}")),
                    (FieldId::Extension, format!("{:07}", 1_000_000 + number)),
                ]);
                let person = people.add(SubjectKind::EndUsers, fields, Timestamp::from_millis(0))?;
                if number.is_multiple_of(subjects / ERASED) {
                    people.add_item(
                        "notes",
                        person.number,
                        Timestamp::from_millis(0),
                        BTreeMap::new(),
                        Vec::new(),
                        None,
                    )?;
                }
            }
            Ok(())
        })?;
    }
    let mut times = Vec::new();
    for nth in 0..ERASED {
        let watch = Stopwatch::start();
        let generation = keyring.begin_generation(&site, &mut SystemEntropy)?;
        cipher = keyring.renew(&cipher)?;
        commit(&store, &site, &cipher, |people| {
            let after = NOBODY + nth * (subjects / ERASED);
            for person in people.list(after, 1)? {
                people.erase("notes", person.number)?;
                people.remove(&person)?;
            }
            Ok(())
        })?;
        keyring.settle_generation(&site, generation, &mut SystemEntropy)?;
        cipher = keyring.renew(&cipher)?;
        times.push(watch.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

fn keys(folder: Option<&Path>) -> anyhow::Result<(Keyring, SiteCipher)> {
    let (site, entropy) = (SiteId::parse(SITE)?, &mut SystemEntropy);
    let mut keyring = match folder {
        Some(folder) => {
            Keyring::open_or_create(&folder.join("store/keyring"), &folder.join("root-key"), entropy)?
        }
        None => Keyring::ephemeral(entropy),
    };
    keyring.ensure_sites(std::slice::from_ref(&site), entropy)?;
    let cipher = keyring.cipher(&site, entropy)?;
    Ok((keyring, cipher))
}

/// Commits what `work` does and waits for the disk.
fn commit(
    store: &SledStore,
    site: &SiteId,
    cipher: &SiteCipher,
    work: impl FnOnce(&mut People<'_>) -> Result<(), pbx_estate::Error>,
) -> anyhow::Result<()> {
    let epoch = store.epoch();
    let view = store.view(site);
    let estate = Estate::new(site, &*view, cipher);
    let mut people = People::open(&estate)?;
    work(&mut people)?;
    let (changes, durability) = (people.changes()?, Durability::Wait);
    let batch = Batch { site: site.clone(), epoch, changes, lines: Vec::new(), durability };
    let (sender, durable) = mpsc::sync_channel(1);
    // The receiver is there until it has received.
    store.when_durable(store.commit(batch)?, Box::new(move |outcome| drop(sender.send(outcome))));
    durable.recv().context("the store forgot a commit")??;
    Ok(())
}

const SITE: &str = "north";

/// What is sealed at a time: some seconds of speech.
const BLOCK_BYTES: usize = 16 * 1024;

/// How many people are made with one wait for the disk.
const TOGETHER: usize = 2_000;

/// How many erasures the median is taken from.
const ERASED: u64 = 20;

const SEALING_SHARE_MIN: f64 = 0.5;
const ERASE_MS_MAX: f64 = 50.0;

/// What the table cannot show.
const NOTE: &str = "erase one person: his record, what a store holds of him, both keys and the site's root key; the \
     keyring is written twice, each time synced and its old blocks overwritten";
