//! How the website is reached: over HTTP as it comes, over HTTPS once an administrator has switched.

use pbx_estate::{Args, Context, Error, Outcome, Refusal, Stop, setting};
use pbx_page::Note;
use pbx_product::{Shown, standard};

const HTTP: &str = "listener.web-http.enabled";
const HTTPS: &str = "listener.web.enabled";

/// Changes site settings, but never so that the website answers nowhere: nobody could switch it back.
pub(crate) fn change_settings(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    // The pages' fixed argument says which settings they show; it is no setting.
    let outcome = setting::change(cx, &args.without("keys"))?;
    if is_on_after(cx, &outcome, HTTP)? || is_on_after(cx, &outcome, HTTPS)? {
        Ok(outcome)
    } else {
        Err(Refusal::Conflict(
            "HTTP or HTTPS must stay on: without both nobody reaches the website.".to_owned(),
        )
        .into())
    }
}

/// The switches, with a warning as long as the website answers without encryption.
pub(crate) fn show(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::settings(cx, args)?;
    shown.sheet.title = String::from("Website");
    if setting::is_on(&cx.estate, cx.policy, HTTP)? {
        let warning =
            "Over HTTP, names and passwords can be read on their way. Switch HTTPS on, then HTTP off.";
        shown.sheet = shown.sheet.block(Note::warning(warning));
    }
    Ok(shown)
}

/// Whether the switch `key` is on once `outcome` is committed.
fn is_on_after(cx: &Context<'_>, outcome: &Outcome, key: &str) -> Result<bool, Error> {
    let changed =
        outcome.events.iter().find(|it| it.object.as_ref().is_some_and(|(_, object)| object == key));
    match changed.and_then(|it| it.detail.get("to")) {
        Some(to) => Ok(to == "on"),
        None => setting::is_on(&cx.estate, cx.policy, key),
    }
}
