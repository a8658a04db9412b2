use pbx_estate::{Args, Context, Stop, log as logs};
use pbx_page::{Form, Note, Sheet};

use super::listing::table;
use super::{listed, pager, search};
use crate::{Action, Shown, needs};

/// What the forms of [`log`] do.
pub const LOG_ACTIONS: &[Action] = &[Action { name: "clear", needs: needs::LOGS_CLEAR, run: logs::clear }];

/// The log that the page's fixed argument `log` names, newest entries first, searchable, a page at a time.
pub fn log(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let stated = logs::find(cx.policy, args.text("log")?)?;
    let outcome = logs::read(cx, args)?;
    let events = outcome.events.clone();
    let listing = listed(outcome);
    let mut table = table(&stated.name, &listing).empty("No entries.").search(search(args));
    table.pager = pager(args, &listing, "before");
    let mut sheet = Sheet::new(stated.name.as_str()).block(table);
    let surface = cx.principal().surface;
    match &stated.clear {
        Some(permission)
            if cx.demand(permission.get_ref()).is_ok()
                && (stated.clear_on.is_empty() || stated.clear_on.contains(&surface)) =>
        {
            let form = Form::post("clear", "?do=clear", "Clear the whole log").legend("Clear").danger();
            sheet = sheet.block(form.hidden("log", &stated.id));
        }
        Some(_) => {}
        None => sheet = sheet.block(Note::info("This log can never be cleared.")),
    }
    Ok(Shown { sheet, events })
}
