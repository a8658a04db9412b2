//! Disks that fill up and lose power: ext4 in an image file on a loop device.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::run;

/// A small disk of its own, mounted until it is dropped.
///
/// What was written and not synced is in the page cache of the mounted file system; only what reached the disk is
/// in the image. So a copy of the image is what a power cut leaves behind.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// An empty disk of so many megabytes; where this machine lets us have none, why.
    pub fn make(megabytes: u32) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("understudy-disk-").tempdir().expect("a folder");
        let disk = Self { folder };
        attempt(Command::new("truncate").arg(format!("--size={megabytes}M")).arg(disk.image()))?;
        attempt(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(disk.image()))?;
        disk.mount(&[])?;
        Ok(disk)
    }

    /// The disk as it would be found if the power failed at this moment.
    #[track_caller]
    #[must_use]
    pub fn after_power_cut(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("understudy-disk-").tempdir().expect("a folder");
        let disk = Self { folder };
        attempt(Command::new("cp").arg("--sparse=always").arg(self.image()).arg(disk.image()))
            .and_then(|()| disk.mount(&[]))
            .unwrap_or_else(|error| panic!("{error}"));
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Mounts it anew, so that nothing on it can be written, or that everything can. Nobody may have files open.
    #[track_caller]
    pub fn remount(&self, read_only: bool) {
        let options: &[&str] = if read_only { &["-o", "ro"] } else { &[] };
        attempt(Command::new("umount").arg(self.path()))
            .and_then(|()| self.mount(options))
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Makes the kernel find a fault on the mounted disk, and with it refuse to write to it from now on.
    ///
    /// Says why not, where the kernel has no such switch.
    pub fn fail(&self) -> Result<(), String> {
        let device = attempt_for(Command::new("findmnt").args(["-n", "-o", "SOURCE"]).arg(self.path()))?;
        let name = Path::new(device.trim()).file_name().map_or(Path::new(""), Path::new);
        attempt(Command::new("mount").args(["-o", "remount,errors=remount-ro"]).arg(self.path()))?;
        let switch = Path::new("/sys/fs/ext4").join(name).join("trigger_fs_error");
        fs::write(&switch, "a fault on purpose").map_err(|error| format!("{}: {error}", switch.display()))
    }

    /// Checks and repairs it after a [`fail`](Self::fail), and mounts it again. Nobody may have files open.
    #[track_caller]
    pub fn repair(&self) {
        attempt(Command::new("umount").arg(self.path())).unwrap_or_else(|error| panic!("{error}"));
        // Exit status 1 says that there was something to repair.
        let output = run(Command::new("e2fsck").args(["-f", "-y"]).arg(self.image()), "");
        assert!(matches!(output.status, Some(0 | 1)), "e2fsck: {}{}", output.stdout, output.stderr);
        self.mount(&[]).unwrap_or_else(|error| panic!("{error}"));
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn mount(&self, options: &[&str]) -> Result<(), String> {
        fs::create_dir_all(self.path()).map_err(|error| error.to_string())?;
        attempt(Command::new("mount").args(["-o", "loop"]).args(options).arg(self.image()).arg(self.path()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Where a process still holds files on it, the mount goes as soon as they are closed.
        let _ = attempt(Command::new("umount").arg(self.path()))
            .or_else(|_| attempt(Command::new("umount").arg("--lazy").arg(self.path())));
    }
}

fn attempt(command: &mut Command) -> Result<(), String> {
    attempt_for(command).map(drop)
}

/// What `command` printed; where it cannot be run or fails, what it complained about.
fn attempt_for(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    // Programs of the administrator lie in sbin, which is not on everyone's PATH.
    let path = std::env::var_os("PATH").unwrap_or_default().to_string_lossy().into_owned();
    let output = command.env("PATH", format!("{path}:/usr/sbin:/sbin")).output();
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
