//! SSH as no client speaks it.

use support::{Kind, Site, Wire, World, scenario, ssh};

use super::{is_unharmed, still_serves, tells_nothing};

#[test]
fn what_is_no_ssh_is_hung_up_on() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let long = [b"SSH-2.0-".as_slice(), &vec![b'x'; 100_000], b"\r\n"].concat();
    let cases: &[(&str, &[u8])] = &[
        ("HTTP", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("an old version", b"SSH-1.5-Old\r\n"),
        ("noise", &[0xff; 4_096]),
        ("zeros", &[0; 4_096]),
        ("a banner without end", &vec![b'x'; 100_000]),
        ("an identification that is too long", &long),
        ("an identification of control bytes", b"SSH-2.0-\x00\x07\x1b[2J\r\n"),
        ("no end of line", b"SSH-2.0-Test"),
        ("nothing", b""),
    ];
    for (what, bytes) in cases {
        let answer = send(&site, bytes);
        tells_nothing(what, &String::from_utf8_lossy(&answer));
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_key_exchange_that_is_none_is_hung_up_on() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    // A packet is its length (4), the padding's length (1), payload, padding: RFC 4253 section 6.
    let kexinit = |lists: &[u8]| [&[20_u8][..], &[7; 16], lists].concat();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("the longest length", vec![0xff, 0xff, 0xff, 0xff, 0xff]),
        ("a length above the limit", packet_of(0x0010_0000, 4, &[20; 64])),
        ("no length", packet_of(0, 0, &[])),
        ("a length of one", packet_of(1, 0, &[])),
        ("more padding than packet", packet_of(12, 200, &[20; 11])),
        ("no payload", packet(&[])),
        ("a payload of one byte", packet(&[20])),
        ("lists that are cut off", packet(&kexinit(&[0, 0, 0, 9, b'a']))),
        ("a list longer than anything", packet(&kexinit(&[0xff; 64]))),
        ("empty lists", packet(&kexinit(&[0; 45]))),
        (
            "lists that are not text",
            packet(&kexinit(&[&[0, 0, 0, 4, 0xff, 0xfe, 0, 1][..], &[0; 41]].concat())),
        ),
        ("keys before their time", packet(&[21])),
        ("a login before its time", packet(&[&[50_u8, 0, 0, 0, 4][..], b"root", &[0; 32]].concat())),
        ("a message that nobody knows", packet(&[255; 40])),
        ("an end", packet(&[1, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("half of a packet", packet(&kexinit(&[0; 45]))[..20].to_vec()),
    ];
    for (what, bytes) in cases {
        let answer = send(&site, &[b"SSH-2.0-Test\r\n".as_slice(), &bytes].concat());
        tells_nothing(what, &String::from_utf8_lossy(&answer));
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_name_that_is_too_long_is_nobody() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    for name in ["a".repeat(65), "ä".repeat(5_000), "a".repeat(30_000), "\u{1b}[2J\u{7}".to_owned()] {
        let output = ssh(&site, &name, "Whatever-77!").exec("help");
        assert_eq!(output.status, Some(255), "{}", output.stdout);
        tells_nothing("a refused login", &output.stderr.replace(&name, ""));
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_password_that_is_too_long_is_wrong() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    for password in ["p".repeat(1_000), "p".repeat(20_000)] {
        let output = ssh(&site, "level0", &password).exec("help");
        assert_eq!(output.status, Some(255), "{}", output.stdout);
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_line_of_ten_megabytes_is_refused_and_not_kept() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let account = ssh(&site, "level7", site.password("level7"));
    let line = vec![b'x'; 10 << 20];
    let before = memory_kib(&world);
    for terminal in [false, true] {
        let output = account.shell_bytes(terminal, &[&line, b"\rexit\r".as_slice()].concat());
        // Not an echo of all of it, and no more than a sentence about it.
        assert!(output.stdout.len() < 1 << 20, "{terminal}: {} bytes came back", output.stdout.len());
        tells_nothing("the shell", &output.screen());
    }
    let grown = memory_kib(&world).saturating_sub(before);
    assert!(grown < 64 * 1024, "the process has grown by {grown} KiB");
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_command_line_that_is_too_long_is_refused() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let account = ssh(&site, "level7", site.password("level7"));
    // The longest argument that Linux gives a program is 128 KiB: what SSH could carry, no client can send.
    for length in [2_000, 30_000, 120_000] {
        let output = account.exec(&format!("extension -p -d {}", "1".repeat(length)));
        assert_ne!(output.status, Some(0), "{length}: {}", output.stdout);
        assert!(output.stdout.len() < 10_000, "{length}: {} bytes came back", output.stdout.len());
        tells_nothing("a command", &output.stdout);
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn control_bytes_and_bytes_that_are_no_text_change_nothing_and_come_back_to_nobody() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let account = ssh(&site, "level7", site.password("level7"));
    let control: Vec<u8> = (1..=255).filter(|it| !matches!(it, 4 | b'\n' | b'\r')).collect();
    let output = account.exec_bytes(&[b"extension -i -d 2101".as_slice(), &control].concat());
    assert_ne!(output.status, Some(0), "{}", output.stdout);
    for command in
        [b"\xff\xfe".as_slice(), b"extension -p -d \xc3\x28", b"name -i -d 2101 --name1 \x1b]0;title\x07"]
    {
        let output = account.exec_bytes(command);
        assert_ne!(output.status, Some(0), "{command:?}: {}", output.stdout);
        assert!(!output.stdout.contains('\u{1b}'), "{command:?}: {:?}", output.stdout);
    }
    for terminal in [false, true] {
        let every: Vec<u8> = (0..=255).filter(|it| *it != 4).collect();
        let keys = [
            b"extension -p\0-d\r".as_slice(),
            &every,
            b"\r\x1b[999999999C\x1b[A\x1b[1;1;1;1;1m\xf0\x9f\r",
            b"\rexit\r",
        ]
        .concat();
        let output = account.shell_bytes(terminal, &keys);
        assert_ne!(output.status, None, "{terminal}: {}", output.stderr);
        tells_nothing("the shell", &output.screen());
    }
    // A log that shows what was typed shows no control byte of it.
    let mut reader = ssh(&site, "root", site.password("root"));
    reader = reader.prompts(1);
    let log = reader.exec("log -p --log mdsh");
    assert_eq!(log.status, Some(0), "{}", log.stderr);
    assert!(log.stdout.chars().all(|it| matches!(it, '\r' | '\n') || !it.is_control()), "{:?}", log.stdout);
    let extensions = account.exec("extension -p -d 2101");
    assert_ne!(extensions.status, Some(0), "an extension was made: {}", extensions.stdout);
    still_serves(&site);
    is_unharmed(world);
}

/// Sends `bytes` on a connection of its own, says that no more will come, and returns what was answered until the
/// other side hung up, as it must.
#[track_caller]
fn send(site: &Site, bytes: &[u8]) -> Vec<u8> {
    let mut wire = Wire::bare(site, Kind::Ssh).expect("the site answers");
    // It may have hung up already.
    let _ = wire.send(bytes);
    let _ = wire.hang_up();
    let answer = wire.rest();
    answer.unwrap_or_else(|error| panic!("not hung up on ({error}): {:?}", &bytes[..bytes.len().min(40)]))
}

/// `payload` as a well-formed packet.
fn packet(payload: &[u8]) -> Vec<u8> {
    // At least four bytes, and a multiple of eight in all.
    let padding = 4 + (8 - (payload.len() + 5 + 4) % 8) % 8;
    let padded = [payload, &vec![0; padding]].concat();
    let length = u32::try_from(padded.len() + 1).expect("a test's packet is small");
    packet_of(length, u8::try_from(padding).expect("padding is short"), &padded)
}

fn packet_of(length: u32, padding: u8, rest: &[u8]) -> Vec<u8> {
    [&length.to_be_bytes()[..], &[padding], rest].concat()
}

/// The memory that the process holds.
#[track_caller]
fn memory_kib(world: &World) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.id())).expect("Linux says");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|it| it.split_whitespace().next()?.parse().ok());
    number.expect("VmRSS is a number of kB")
}
