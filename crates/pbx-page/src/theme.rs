use serde::{Deserialize, Serialize};

/// How a product looks: one family, six characters. The palettes are ours, not the vendor's.
///
/// Colours and layout live in the stylesheet under `[data-theme="…"]`; this type only names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Grey bands with an orange strip, square corners, dense: an enterprise web console of the IIS years.
    AppSuite,
    /// Neutral, for a product that brings no looks of its own.
    #[default]
    Generic,
    /// Teal, round and airy: a hosted portal.
    MicloudPortal,
    /// Deep blue with tabs on top.
    MxOne,
    /// A dark tree on the left whose leaves carry navigation codes.
    Office400,
    /// Slate green, two columns: a server manager.
    Oig,
}

impl Theme {
    /// Every theme, in alphabetical order.
    pub const ALL: [Self; 6] =
        [Self::AppSuite, Self::Generic, Self::MicloudPortal, Self::MxOne, Self::Office400, Self::Oig];

    /// The value of the root element's `data-theme` attribute.
    pub const fn key(self) -> &'static str {
        match self {
            Self::AppSuite => "app-suite",
            Self::Generic => "generic",
            Self::MicloudPortal => "micloud-portal",
            Self::MxOne => "mx-one",
            Self::Office400 => "office-400",
            Self::Oig => "oig",
        }
    }

    /// Where the navigation stands on a wide screen; on a narrow one it is a menu in every theme.
    pub const fn nav_place(self) -> NavPlace {
        match self {
            Self::MxOne => NavPlace::Top,
            Self::AppSuite | Self::Generic | Self::MicloudPortal | Self::Office400 | Self::Oig => {
                NavPlace::Left
            }
        }
    }
}

/// Where the navigation stands on a wide screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavPlace {
    /// A column beside the content.
    Left,
    /// Two rows of tabs above the content: groups, then the current group's items.
    Top,
}

impl NavPlace {
    /// The value of the root element's `data-nav` attribute.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Top => "top",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_but_the_generic_has_its_own_palette() {
        for theme in Theme::ALL.into_iter().filter(|it| *it != Theme::Generic) {
            assert!(crate::STYLESHEET.contains(&format!("[data-theme=\"{}\"]", theme.key())), "{theme:?}");
        }
    }
}
