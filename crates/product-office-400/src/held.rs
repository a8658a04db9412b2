//! What is held of people, as WebAdmin and the Self Service Portal let it be seen and erased.
//!
//! WebAdmin deletes a voice mailbox unheard; nothing here or in the tables lets an administrator see into one (O4-027).

use pbx_estate::people::{hold, manage};
use pbx_estate::{Args, Context, Stop};
use pbx_product::{Action, Shown, needs, standard};

use crate::permission;

/// What the forms of the user list do.
pub(crate) const USER_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::PEOPLE_CHANGE, run: manage::create },
    Action { name: "change", needs: needs::PEOPLE_CHANGE, run: manage::change },
    Action { name: "export", needs: needs::PEOPLE_READ, run: manage::export },
    Action { name: "remove-mailbox", needs: permission::VOICEMAIL_DELETE, run: manage::remove_mailbox },
    Action { name: "remove", needs: needs::PEOPLE_DELETE, run: manage::remove },
    Action {
        name: "remove-with-services",
        needs: permission::PEOPLE_DELETE_SERVICES,
        run: manage::remove_with_services,
    },
];

/// What the form of the telephone directory does.
pub(crate) const DIRECTORY_ACTIONS: &[Action] =
    &[Action { name: "erase", needs: permission::DIRECTORY_DELETE, run: hold::erase }];

/// What the form of the hotel's charge file does: the file goes whole (O4-064).
pub(crate) const CHARGE_ACTIONS: &[Action] =
    &[Action { name: "clear", needs: permission::HOTEL, run: hold::clear }];

/// What an end user does with his own voice mail.
pub(crate) const VOICEMAIL_ACTIONS: &[Action] = &[
    Action { name: "play", needs: permission::VOICEMAIL_OWN, run: hold::play },
    Action { name: "remove", needs: permission::VOICEMAIL_CHANGE_OWN, run: hold::remove },
];

/// What an end user does with his own greetings.
pub(crate) const GREETING_ACTIONS: &[Action] =
    &[Action { name: "play", needs: permission::VOICEMAIL_OWN, run: hold::play }];

/// What an end user does with his own recordings.
pub(crate) const RECORDING_ACTIONS: &[Action] =
    &[Action { name: "play", needs: permission::RECORDINGS_OWN, run: hold::play }];

/// What an end user does to his own contacts.
pub(crate) const CONTACT_ACTIONS: &[Action] =
    &[Action { name: "remove", needs: permission::CONTACTS_OWN, run: hold::remove }];

/// The user list.
pub(crate) fn users(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::people(cx, args, USER_ACTIONS)
}
