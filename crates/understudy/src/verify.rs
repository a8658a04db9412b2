//! `understudy verify`: is this trail what the recorder wrote, is this certificate what it says was issued?

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use pbx_recorder::{Anchor, Anchoring, Entry, PublicKey};
use pbx_rehearsal::{Answer, Certificate, Verified};

use crate::cli::Verify;

/// Verifies and reports; the exit status says whether the trail is intact.
pub(crate) fn run(verify: &Verify) -> Result<ExitCode> {
    let trail = read(&verify.trail)?;
    if let Ok(certificate) = Certificate::parse(&trail) {
        let key = read_key(&verify.key, || Some(certificate.body.site.to_string()))?;
        return certificate_of(&trail, &key, verify.json);
    }
    let key = read_key(&verify.key, || site_of(&trail))?;
    let mut anchors = Vec::new();
    for (files, anchoring) in [(&verify.checkpoint, Anchoring::Inside), (&verify.anchor, Anchoring::Outside)]
    {
        for file in files {
            anchors.extend(notes(file, anchoring)?);
        }
    }
    let lines = trail.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let report = pbx_recorder::verify(lines, &anchors, &key);
    if verify.json {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        say(&report.to_string());
    }
    Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Verifies a certificate and reports.
fn certificate_of(json: &[u8], key: &PublicKey, as_json: bool) -> Result<ExitCode> {
    let verified = pbx_rehearsal::verify(json, key);
    match &verified {
        _ if as_json => {
            let fault = verified.as_ref().err().map(ToString::to_string);
            say(&serde_json::to_string_pretty(
                &serde_json::json!({ "intact": fault.is_none(), "fault": fault }),
            )?);
        }
        Ok(verified) => say(&intact(verified)),
        Err(fault) => say(&format!("The certificate proves nothing: {fault}.")),
    }
    Ok(if verified.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn intact(verified: &Verified) -> String {
    let Verified { body, line, size, origin } = verified;
    let outcome = match &body.answer {
        Answer::Copy(_) => "a copy was handed over".to_owned(),
        Answer::Erasure(erasure) => {
            let remarks =
                erasure.verdict.remarks.iter().map(|it| format!("\n  {}: {}", it.place, it.kind.title()));
            format!("{}{}", erasure.verdict.outcome.title(), remarks.collect::<String>())
        }
    };
    format!(
        "The certificate is what the flight recorder says was issued: line {line} of the first {size} of {origin}.\n\
         {} request {} at {}, answered {}: {outcome}",
        body.kind.as_str(),
        body.request,
        body.site,
        body.issued,
    )
}

/// The key itself, or the one for the site in a file with one key per line.
fn read_key(given: &str, site: impl FnOnce() -> Option<String>) -> Result<PublicKey> {
    let text = if Path::new(given).exists() {
        fs::read_to_string(given).with_context(|| format!("cannot read the public key {given}"))?
    } else {
        given.to_owned()
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut keys = lines
        .map(PublicKey::parse)
        .collect::<Result<Vec<_>, _>>()
        .context("this is no public key: it looks like name+12345678+base64")?;
    if keys.len() > 1 {
        let site = site().context("the key file has several keys, and the trail does not say its site")?;
        keys.retain(|key| key.name().rsplit('/').next() == Some(site.as_str()));
    }
    keys.pop().with_context(|| format!("{given} has no key for this trail"))
}

/// The site of the first record that can be read.
fn site_of(trail: &[u8]) -> Option<String> {
    let mut lines = trail.split(|byte| *byte == b'\n');
    lines.find_map(|line| Entry::parse(line).ok()).map(|entry| entry.record.site.to_string())
}

/// The signed notes of a file: one, or several with an empty line between signature and next text.
fn notes(file: &PathBuf, anchoring: Anchoring) -> Result<Vec<Anchor>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read the checkpoint {}", file.display()))?;
    let name = file.display().to_string();
    let mut notes = Vec::new();
    let mut note = String::new();
    let mut signed = false;
    for line in text.lines() {
        if signed && !line.starts_with('\u{2014}') {
            notes.push(Anchor { name: name.clone(), text: std::mem::take(&mut note), anchoring });
            signed = false;
            if line.is_empty() {
                continue;
            }
        }
        signed |= line.starts_with('\u{2014}');
        note.push_str(line);
        note.push('\n');
    }
    if signed {
        notes.push(Anchor { name, text: note, anchoring });
    } else if !note.trim().is_empty() {
        bail!("{} ends in the middle of a checkpoint: its signature line is missing", file.display());
    }
    Ok(notes)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin()
            .lock()
            .take(TRAIL_BYTES_MAX)
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
    } else {
        let file =
            fs::File::open(path).with_context(|| format!("cannot read the trail {}", path.display()))?;
        file.take(TRAIL_BYTES_MAX)
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(bytes)
}

#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
fn say(text: &str) {
    println!("{}", text.trim_end());
}

/// The largest trail that is verified in one go: some ten million records.
const TRAIL_BYTES_MAX: u64 = 4 * 1_024 * 1_024 * 1_024;
