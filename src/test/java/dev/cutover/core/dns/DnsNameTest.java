package dev.cutover.core.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A name has one form; a relative one belongs to its zone. */
class DnsNameTest {
    private static final DnsName ZONE = new DnsName("acme.example");

    @Test
    void case_and_the_trailing_dot_make_no_difference() {
        assertThat(new DnsName("WWW.Acme.Example.")).isEqualTo(new DnsName("www.acme.example"));
        assertThat(new DnsName("_dmarc.acme.example")).hasToString("_dmarc.acme.example");
        assertThat(new DnsName("*.acme.example")).hasToString("*.acme.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                ".a",
                "a.*.b",
                "a b",
                "a/b",
                "w\u00fcrst",
                "*a.b",
                "\u212Aelvin.test"
            })
    void what_is_no_name_is_refused_with_the_reason(String text) {
        assertThatThrownBy(() -> new DnsName(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("seen");
    }

    @Test
    void labels_and_names_have_their_lengths() {
        assertThat(new DnsName("a".repeat(63) + ".b").value()).hasSize(65);
        assertThatThrownBy(() -> new DnsName("a".repeat(64) + ".b")).hasMessageContaining("63");
        assertThatThrownBy(() -> new DnsName("a.".repeat(128))).hasMessageContaining("253");
    }

    @ParameterizedTest
    @CsvSource({
        "@, acme.example",
        "www, www.acme.example",
        "www.eu, www.eu.acme.example",
        "www.acme.example, www.acme.example",
        "acme.example, acme.example",
        "acme.example., acme.example",
        "www.other.test., www.other.test",
        "notacme.example, notacme.example.acme.example",
        "*, *.acme.example",
    })
    void a_relative_name_belongs_to_its_zone(String text, String complete) {
        assertThat(DnsName.within(ZONE, text)).isEqualTo(new DnsName(complete));
    }

    @Test
    void a_name_that_only_ends_like_the_zone_is_outside() {
        assertThat(new DnsName("notacme.example").isWithin(ZONE)).isFalse();
        assertThat(new DnsName("a.acme.example").isWithin(ZONE)).isTrue();
        assertThat(ZONE.isWithin(ZONE)).isTrue();
    }
}
