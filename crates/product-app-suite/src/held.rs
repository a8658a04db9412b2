//! What is held of people, as the website lets it be seen and erased: everybody's, and one's own.

use pbx_estate::people::{hold, manage};
use pbx_estate::{Args, Context, Stop};
use pbx_product::{Action, Shown, needs, standard};

use crate::permission;

/// What the forms of people's details do. The paper names no way to delete them; the product's own takes the record
/// and leaves what is held.
pub(crate) const PEOPLE_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::ACCOUNTS_CREATE, run: manage::create },
    Action { name: "change", needs: needs::ACCOUNTS_CHANGE, run: manage::change },
    Action { name: "export", needs: needs::ACCOUNTS_READ, run: manage::export },
    Action { name: "remove", needs: needs::ACCOUNTS_DELETE, run: manage::remove },
];

/// Deletes somebody's contacts.
pub(crate) const CONTACT_ACTIONS: &[Action] =
    &[Action { name: "erase", needs: permission::CONTACTS_DELETE, run: hold::erase }];

/// Deletes one's own contacts.
pub(crate) const OWN_CONTACT_ACTIONS: &[Action] =
    &[Action { name: "erase", needs: permission::CONTACTS_OWN, run: hold::erase }];

/// Takes tags away from somebody's calls; the calls stay (OAS-052).
pub(crate) const CALL_ACTIONS: &[Action] =
    &[Action { name: "erase", needs: permission::CALLS_TAGS_DELETE, run: hold::erase }];

/// Takes tags away from one's own calls.
pub(crate) const OWN_CALL_ACTIONS: &[Action] =
    &[Action { name: "erase", needs: permission::CALLS_TAG_OWN, run: hold::erase }];

/// Plays recordings, and deletes them: that by who was granted it (OAS-053).
pub(crate) const RECORDING_ACTIONS: &[Action] = &[
    Action { name: "play", needs: permission::RECORDINGS_PLAY, run: hold::play },
    Action { name: "remove", needs: permission::RECORDINGS_DELETE, run: hold::remove },
];

/// Plays one's own recordings.
pub(crate) const OWN_RECORDING_ACTIONS: &[Action] =
    &[Action { name: "play", needs: permission::RECORDINGS_OWN, run: hold::play }];

/// People's details.
pub(crate) fn people(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::people(cx, args, PEOPLE_ACTIONS)
}

/// The arguments of a route about what `store` holds of its caller.
pub(crate) fn own(args: &Args, store: &str) -> Args {
    args.with("store", store).with("own", "yes")
}
