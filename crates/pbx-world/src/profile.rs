use pbx_policy::{ListenerState, Policy};
use serde::{Deserialize, Serialize};

/// In which state a site begins. Whatever an administrator sets later wins over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// As the product comes, and no accounts but its own.
    AsShipped,
    /// As its paper advises: listeners and settings in their hardened state.
    Hardened,
    /// As shipped, but with every listener on that is on when shipped or when hardened (in the hardened way where
    /// both are), and with the accounts that only labs have: everything a class needs to look at.
    #[default]
    Lab,
}

impl Profile {
    /// Makes `policy` say how a site with this profile begins.
    pub(crate) fn apply(self, policy: &mut Policy) {
        match self {
            Self::AsShipped => {}
            Self::Hardened => {
                for setting in &mut policy.settings {
                    if let Some(hardened) = &setting.hardened {
                        setting.as_shipped = hardened.clone();
                    }
                }
                for listener in &mut policy.listeners {
                    listener.as_shipped = listener.hardened;
                }
            }
            Self::Lab => open_listeners(policy),
        }
        if self != Self::Lab {
            policy.shipped.retain(|it| !it.lab_only);
        }
    }
}

/// Turns every listener on that is on when hardened, and the settings that steer them with it.
fn open_listeners(policy: &mut Policy) {
    for listener in &mut policy.listeners {
        if listener.hardened == ListenerState::Off {
            continue;
        }
        listener.as_shipped = listener.hardened;
        let key = format!("listener.{}.enabled", listener.id);
        for setting in policy.settings.iter_mut().filter(|it| *it.key.get_ref() == key) {
            "on".clone_into(setting.as_shipped.get_mut());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::HARBOUR;

    fn policy(profile: Profile) -> Policy {
        let mut policy = Policy::parse("harbour.toml", HARBOUR).expect("valid");
        profile.apply(&mut policy);
        policy
    }

    #[track_caller]
    fn check(
        profile: Profile,
        listeners: [(&str, ListenerState); 4],
        enabled: &str,
        banner: &str,
        lab: bool,
    ) {
        let policy = policy(profile);
        let states: Vec<_> = policy.listeners.iter().map(|it| (it.id.as_str(), it.as_shipped)).collect();
        assert_eq!(states, listeners);
        let value = |key: &str| {
            let setting = policy.settings.iter().find(|it| it.key.get_ref() == key).expect("declared");
            setting.as_shipped.get_ref().clone()
        };
        assert_eq!(value("listener.web.enabled"), enabled);
        assert_eq!(value("banner.shown"), banner);
        assert_eq!(policy.shipped.iter().any(|it| it.name.get_ref() == "visitor"), lab);
    }

    #[test]
    fn a_profile_says_how_a_site_begins() {
        use ListenerState::{Local, Off, On};
        let shipped = [("ssh", On), ("web", Off), ("plain", On), ("service", Off)];
        check(Profile::AsShipped, shipped, "off", "off", false);
        let hardened = [("ssh", Local), ("web", On), ("plain", Off), ("service", Off)];
        check(Profile::Hardened, hardened, "on", "on", false);
        let lab = [("ssh", Local), ("web", On), ("plain", On), ("service", Off)];
        check(Profile::Lab, lab, "on", "off", true);
    }
}
