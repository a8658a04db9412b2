//! `understudy rehearse`: one person's request, from intake to certificate, over the director of a running world.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use hyper::Method;
use serde_json::{Value, json};

use crate::cli::{Rehearse, RequestKind};
use crate::remote::{Remote, say};

/// Takes every step and says what came of it.
pub(crate) fn run(rehearse: &Rehearse) -> Result<ExitCode> {
    let director = Remote::find(&rehearse.director)?;
    let requests = format!("/sites/{}/requests", rehearse.site);
    let (kind, text) = (identifier_kind(&rehearse.person), &rehearse.person);
    let intake = json!({
        "kind": rehearse.kind.as_str(),
        "identifiers": [{ "kind": kind, "text": text }],
        "take_silent_ways": rehearse.take_silent_ways,
    });
    let request = director.ask(Method::POST, &requests, Some(&intake))?;
    let path = format!("{requests}/{}", request["id"].as_str().unwrap_or_default());
    say(&told("received", &request));
    let mut last = request;
    for step in steps(rehearse) {
        let body = match *step {
            "verify-identity" => json!({ "vouched": rehearse.vouched }),
            _ => json!({}),
        };
        last = director
            .ask(Method::POST, &format!("{path}/steps/{step}"), Some(&body))
            .with_context(|| format!("the step {step} was not taken; the request stays open"))?;
        say(&told(step, &last));
        // While the request is open there is a package, and once it is certified a certificate.
        if let Some(folder) = &rehearse.out {
            keep(&director, &path, step, folder)?;
        }
    }
    let failed = last["outcome"] == json!("failed");
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The steps in their order. What a dry run began is taken back, so that no request stays open.
const fn steps(rehearse: &Rehearse) -> &'static [&'static str] {
    match (rehearse.kind, rehearse.dry_run) {
        (RequestKind::Erasure, true) => &["verify-identity", "locate", "plan", "dry-run", "cancel"],
        (RequestKind::Erasure, false) => &[
            "verify-identity",
            "locate",
            "plan",
            "dry-run",
            "execute",
            "notify",
            "search",
            "certify",
            "close",
        ],
        (RequestKind::Access | RequestKind::Portability, true) => &["verify-identity", "locate", "cancel"],
        (RequestKind::Access | RequestKind::Portability, false) => {
            &["verify-identity", "locate", "package", "certify", "close"]
        }
    }
}

/// Writes what the step made into `folder`.
fn keep(director: &Remote, path: &str, step: &str, folder: &Path) -> Result<()> {
    let (what, forms): (_, &[&str]) = match step {
        "package" => ("package", &["json", "csv"]),
        "certify" => ("certificate", &["json", "html"]),
        _ => return Ok(()),
    };
    let id = path.rsplit('/').next().unwrap_or_default();
    for form in forms {
        let text = director.text(&format!("{path}/{what}?form={form}"))?;
        let file = folder.join(format!("{id}-{what}.{form}"));
        pbx_world::write_whole(&file, &text, 0o600)
            .with_context(|| format!("cannot write {}", file.display()))?;
        say(&format!("                 {}", file.display()));
    }
    Ok(())
}

/// One line on what a step came to.
fn told(step: &str, request: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let what = match step {
        "received" => {
            format!("{}, to be answered by {}", text(&request["id"]), text(&request["last_day"]))
        }
        "locate" => listed(&request["held"], |it| count(it, &it["items"])),
        "package" => format!("SHA-256 {}", text(&request["package_sha256"])),
        "plan" => listed(&request["plan"], |it| {
            Some(format!("{} ({})", count(it, &it["before"])?, text(&it["decision"]["decision"])))
        }),
        "dry-run" => "every operation would be carried out; nothing was changed".to_owned(),
        "execute" => {
            listed(&request["plan"], |it| Some(format!("{} → {}", count(it, &it["before"])?, it["after"])))
        }
        "notify" => listed(&request["recipients"], |it| Some(text(&it["name"]))),
        "search" => {
            let findings = request["findings"].as_array().map_or(0, Vec::len);
            format!("{findings} findings in {} bytes", request["searched_bytes"])
        }
        "certify" => match request["outcome"].as_str() {
            Some("complete") => {
                "complete: nothing is left, as far as the paper and the search can tell".to_owned()
            }
            Some("exceptions") => "NOT complete: the certificate declares what is or may be left".to_owned(),
            Some(_) => "FAILED: something is left that nothing explains, or was not done".to_owned(),
            None => "the copy is certified".to_owned(),
        },
        _ => String::new(),
    };
    format!("{step:<16} {what}").trim_end().to_owned()
}

fn count(entry: &Value, items: &Value) -> Option<String> {
    let items = items.as_u64().filter(|it| *it > 0)?;
    Some(format!("{} {items}", entry["store"].as_str().unwrap_or("?")))
}

fn listed(entries: &Value, show: impl Fn(&Value) -> Option<String>) -> String {
    let shown: Vec<String> = entries.as_array().into_iter().flatten().filter_map(show).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

/// What kind of identifier `text` looks like.
fn identifier_kind(text: &str) -> &'static str {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = digits > 0 && text.chars().all(|it| it.is_ascii_digit() || "+ -./()".contains(it));
    match text {
        _ if text.contains('@') => "email",
        _ if is_number && digits >= PHONE_DIGITS_MIN => "phone",
        _ if is_number => "extension",
        _ if text.contains(' ') => "name",
        _ => "account",
    }
}

/// Fewer digits are an extension.
const PHONE_DIGITS_MIN: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_told_by_its_form() {
        for (text, kind) in [
            ("201", "extension"),
            ("+46 (0)70-123 45 67", "phone"),
            ("ada@example.org", "email"),
            ("Ada Example", "name"),
            ("ada", "account"),
        ] {
            assert_eq!(identifier_kind(text), kind, "{text}");
        }
    }

    #[test]
    fn what_is_not_complete_is_never_told_as_such() {
        let certified = |outcome: &str| told("certify", &json!({ "outcome": outcome }));
        assert!(certified("complete").contains(" complete:"));
        for outcome in ["exceptions", "failed", "anything"] {
            assert!(!certified(outcome).contains(" complete: nothing"), "{outcome}");
        }
        let plan = json!({ "plan": [
            { "store": "users", "before": 1, "after": 0 }, { "store": "cdr", "before": 0, "after": 0 },
        ] });
        assert_eq!(told("execute", &plan), "execute          users 1 → 0");
    }
}
