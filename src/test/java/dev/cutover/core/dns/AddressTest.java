package dev.cutover.core.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two spellings of one address are one value. Source: RFC 5952 section 4. */
class AddressTest {
    @ParameterizedTest
    @CsvSource({
        // 4.1 leading zeros go
        "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1",
        "2001:db8::0001, 2001:db8::1",
        // 4.2.1 as short as can be
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        // 4.2.2 one lone zero stays
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        // 4.2.3 the longest run, the first of equals
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        // 4.3 lower case
        "2001:DB8::AbCd, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "::, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "fe80::1, fe80::1",
        "::ffff:192.0.2.1, ::ffff:c000:201",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    })
    void an_ipv6_address_has_one_text(String text, String normal) {
        assertThat(Address.ipv6(text)).contains(normal);
        assertThat(Address.ipv6(normal)).as("it is its own normal form").contains(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "g::",
                "1:",
                ":1",
                "::1%eth0",
                "[::1]",
                "192.0.2.1",
                "::192.0.2.256",
                "::1.2.3",
                "1:2:3:4:5:6:7:192.0.2.1",
                "::192.0.2.1:1",
                "fe80::1 ",
                "\u0661::"
            })
    void what_is_no_ipv6_address_is_none(String text) {
        assertThat(Address.ipv6(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "01.2.3.4",
                "1.2.3.4 ",
                "1..2.3",
                "a.b.c.d",
                "-1.2.3.4",
                "1.2.3.0x4",
                "16909060",
                "\u0661.2.3.4"
            })
    void what_is_no_ipv4_address_is_none(String text) {
        assertThat(Address.ipv4(text)).isEmpty();
    }

    @Test
    void content_of_the_wrong_family_names_the_type_to_use() {
        assertThatThrownBy(() -> Address.normalContent(RecordType.AAAA, "192.0.2.1"))
                .hasMessageContaining("that is IPv4: use type A");
        assertThatThrownBy(() -> Address.normalContent(RecordType.A, "2001:db8::1"))
                .hasMessageContaining("expected an IPv4 address for A, seen '2001:db8::1'");
        assertThatThrownBy(() -> Address.normalContent(RecordType.CNAME, "192.0.2.1"))
                .hasMessageContaining("expected a host name for CNAME");
    }

    @Test
    void a_cname_s_target_is_a_name_in_its_normal_form() {
        assertThat(Address.normalContent(RecordType.CNAME, "LB.Host.TEST."))
                .isEqualTo("lb.host.test");
        assertThat(Address.normalContent(RecordType.TXT, " \"as it is\" "))
                .isEqualTo("\"as it is\"");
    }
}
