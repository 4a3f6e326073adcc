//! No comment is lost by a fix, and none that suppresses comes to stand for something else.

use plimsoll::config::Settings;
use plimsoll::rule::Safety;

use super::{Made, made};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: app # the name
spec:
  containers:
    - name: app
      image: registry.example/app:1.4
";

/// What the fixes of a rule make of a container with these lines at its end, which are then told alone.
fn mended(rule: &str, lines: &str, newline: &str) -> Made {
    let settings = Settings::default().only(rule);
    let text = |lines: &str| format!("{POD}{lines}").replace('\n', newline);
    let mut made = made("app.yaml", &text(lines), &settings, Safety::Unsafe);
    let again = super::made("app.yaml", &made.text, &settings, Safety::Unsafe);
    assert_eq!(again.text, made.text, "a second run changes more");
    made.text = made.text.strip_prefix(&text("")).unwrap().replace(newline, "\n");
    made
}

/// With each line end, and with and without the last one.
fn check(rule: &str, before: &str, after: &str) {
    for newline in ["\n", "\r\n"] {
        for (before, after) in [(before, after), (before.trim_end(), after.trim_end())] {
            let made = mended(rule, before, newline);
            assert_eq!((made.text.as_str(), made.dropped), (after, Vec::new()), "{before}");
        }
    }
}

#[test]
fn comments_of_what_goes_stay() {
    check(
        "dangerous-capabilities",
        "      securityContext:
        capabilities:
          add:
            # the first
            - NET_ADMIN # for TPROXY
            - NET_BIND_SERVICE # port 80
            # there are no more
          drop: [ALL]
",
        "      securityContext:
        capabilities:
          add:
            # the first
            # for TPROXY
            - NET_BIND_SERVICE # port 80
            # there are no more
          drop: [ALL]
",
    );
    check(
        "dangerous-capabilities",
        "      securityContext:
        capabilities:
          drop: [ALL]
          add: # two
            # the first
            - NET_ADMIN # for TPROXY
            - SYS_ADMIN # for setns
",
        "      securityContext:
        capabilities:
          drop: [ALL]
          # two
          # the first
          # for TPROXY
          # for setns
",
    );
}

/// Where the line begins with a dash, the comment stands above it.
#[test]
fn comments_of_first_entries_stay() {
    check(
        "host-port",
        "      ports:
        # in and out
        - hostPort: 80 # of the node
          containerPort: 8080
        - containerPort: 9090
          # of the node, too
          hostPort: 90 # for now
",
        "      ports:
        # in and out
        # of the node
        - containerPort: 8080
        - containerPort: 9090
          # of the node, too
          # for now
",
    );
}

#[test]
fn comments_in_a_mapping_that_goes_stay() {
    check(
        "probe-host",
        "      livenessProbe:
        httpGet:
          path: /
          port: 80
          host: # itself
            # by name
            localhost # or by address
          scheme: HTTP
",
        "      livenessProbe:
        httpGet:
          path: /
          port: 80
          # itself
          # by name
          # or by address
          scheme: HTTP
",
    );
    check(
        "selinux-options",
        "      securityContext: # hardened
        seLinuxOptions: # as the node has it
          # inside
          user: system_u # of the node
          role: system_r
        runAsNonRoot: true
",
        "      securityContext: # hardened
        # as the node has it
        # inside
        # of the node
        runAsNonRoot: true
",
    );
}

/// A list that an anchor gives to another is changed for both; the comments stay at the anchor.
#[test]
fn comments_at_an_anchor_stay() {
    check(
        "dangerous-capabilities",
        "      securityContext:
        capabilities: &caps # shared
          add:
            - NET_ADMIN # for TPROXY
            - NET_BIND_SERVICE
    - name: other
      image: registry.example/app:1.4
      securityContext: {capabilities: *caps} # the same
",
        "      securityContext:
        capabilities: &caps # shared
          add:
            # for TPROXY
            - NET_BIND_SERVICE
    - name: other
      image: registry.example/app:1.4
      securityContext: {capabilities: *caps} # the same
",
    );
}

/// In flow style a line of its own would be another style: what would cost a comment is left out, and said.
#[test]
fn a_fix_that_would_cost_a_comment_is_left_out() {
    let lines = "      securityContext:
        capabilities: {
          add: [
            NET_ADMIN, # for TPROXY
            NET_BIND_SERVICE,
          ],
        }
";
    let made = mended("dangerous-capabilities", lines, "\n");
    assert_eq!((made.text.as_str(), made.count), (lines, 0));
    let why = "app.yaml: Pod/app: the fix for dangerous-capabilities of container \"app\" is left out: a comment would be lost";
    assert_eq!(made.dropped, [why]);
}

/// A suppression of another rule, on the line that would go or right above it, keeps the fix from being made: below, it
/// would suppress another line's findings.
#[test]
fn suppressions_keep_their_place() {
    let list = |first: &str| {
        format!(
            "      securityContext:
        capabilities:
          add:
{first}            - NET_BIND_SERVICE
"
        )
    };
    for (first, why) in [
        ("            - NET_ADMIN # plimsoll: ignore[drop-all-capabilities] later\n", "a suppression would be lost"),
        (
            "            # plimsoll: ignore[drop-all-capabilities] later\n            # for TPROXY\n            - NET_ADMIN\n",
            "a suppression would cover something else",
        ),
    ] {
        let made = mended("dangerous-capabilities", &list(first), "\n");
        assert_eq!((made.text.as_str(), made.count), (list(first).as_str(), 0));
        assert!(made.dropped.len() == 1 && made.dropped[0].ends_with(why), "{:?}", made.dropped);
    }
    // Elsewhere it is in nobody's way.
    let other = "            # plimsoll: ignore[dangerous-capabilities] for setns\n            - SYS_ADMIN\n";
    let made = mended("dangerous-capabilities", &list(&format!("{other}            - NET_ADMIN # for TPROXY\n")), "\n");
    assert_eq!(made.text, list(&format!("{other}            # for TPROXY\n")));
}
