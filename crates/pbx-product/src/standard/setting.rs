use pbx_estate::{Args, Context, Stop, setting};
use pbx_page::{Choice, Field, FieldKind, Form, Sheet};
use pbx_policy::{Setting, SettingKind};

use crate::{Action, Shown, needs};

/// What the forms of [`settings`] do.
pub const SETTING_ACTIONS: &[Action] =
    &[Action { name: "settings", needs: needs::SETTINGS_CHANGE, run: setting::change }];

/// The settings whose key begins with one of the page's fixed argument `keys` (all where there is none), as a form
/// where the principal may change them.
pub fn settings(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let keys = args.all("keys");
    let wanted =
        |it: &&Setting| keys.is_empty() || keys.iter().any(|key| it.key.get_ref().starts_with(key.as_str()));
    let mut form = Form::post("settings", "?do=settings", "Save").legend("Settings");
    let mut shown = pbx_page::Facts::new("Settings");
    for stated in cx.policy.settings.iter().filter(wanted) {
        let key = stated.key.get_ref();
        let value = setting::value(&cx.estate, cx.policy, key)?.unwrap_or_default();
        if cx.demand(stated.change.get_ref()).is_ok() {
            if stated.kind == SettingKind::Switch {
                form = form.hidden("switches", key);
            }
            form = form.field(field(stated, &value));
        } else {
            shown = shown.fact(stated.name.as_str(), value);
        }
    }
    let mut sheet = Sheet::new("Security settings");
    if !shown.facts.is_empty() {
        sheet = sheet.block(shown);
    }
    if !form.fields.is_empty() {
        sheet = sheet.block(form);
    }
    Ok(sheet.into())
}

fn field(setting: &Setting, value: &str) -> Field {
    let key = setting.key.get_ref();
    let name = setting.name.as_str();
    let field = match setting.kind {
        SettingKind::Choice => Field::select(key, name, setting.choices.iter().map(|it| Choice::new(it, it))),
        SettingKind::Networks => Field::new(key, name, FieldKind::Textarea),
        SettingKind::Number => Field::number(key, name, setting.min.into(), setting.max.into()),
        SettingKind::Switch => Field::checkbox(key, name, value == "on"),
        SettingKind::Text => Field::text(key, name),
    };
    let field = if setting.kind == SettingKind::Switch { field } else { field.value(value) };
    field.hint(setting.hint.as_str())
}
