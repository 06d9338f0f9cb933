package dev.cutover.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.port.PortException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
    private final EgressPolicy byDefault = EgressPolicy.opening(List.of());

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, loopback",
        "127.255.1.9, loopback",
        "::1, loopback",
        "::ffff:127.0.0.1, loopback",
        "0.0.0.0, unspecified",
        "::, unspecified",
        "10.1.2.3, private",
        "172.31.255.255, private",
        "192.168.0.1, private",
        "100.64.0.1, private",
        "fd12::1, private",
        "169.254.1.1, link-local",
        "fe80::1, link-local",
        "224.0.0.1, multicast",
        "ff02::1, multicast",
        "255.255.255.255, reserved",
        "169.254.169.254, cloud metadata",
        "fd00:ec2::254, cloud metadata",
        "168.63.129.16, cloud metadata",
        "64:ff9b::a9fe:a9fe, cloud metadata inside IPv6",
        "64:ff9b::7f00:1, loopback inside IPv6",
        "2002:c0a8:0101::1, private inside IPv6",
    })
    void closed(String literal, String kind) {
        assertThat(byDefault.closed(address(literal))).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "172.32.0.1",
                "172.15.0.1",
                "11.0.0.0",
                "100.128.0.1",
                "192.0.1.1",
                "2606:4700::1111",
                "64:ff9b::101:101",
                "203.0.113.20"
            })
    void open(String literal) {
        assertThat(byDefault.closed(address(literal))).isEmpty();
    }

    @Test
    void an_allow_list_opens_its_blocks_and_nothing_beside_them() {
        var lab = EgressPolicy.opening(List.of("127.0.0.0/8", "fd12::/16"));

        assertThat(lab.closed(address("127.9.8.7"))).isEmpty();
        assertThat(lab.closed(address("fd12::1"))).isEmpty();
        assertThat(lab.closed(address("10.0.0.1"))).contains("private");
        assertThat(lab.closed(address("::1"))).contains("loopback");
    }

    @Test
    void metadata_is_opened_only_by_its_own_address() {
        var wide = EgressPolicy.opening(List.of("0.0.0.0/0"));
        var named = EgressPolicy.opening(List.of("169.254.169.254"));

        assertThat(wide.closed(address("10.0.0.1"))).isEmpty();
        assertThat(wide.closed(address("169.254.169.254"))).contains("cloud metadata");
        assertThat(named.closed(address("169.254.169.254"))).isEmpty();
    }

    @Test
    void the_refusal_names_host_address_and_remedy() {
        assertThatThrownBy(() -> byDefault.check("db.acme.example", address("10.0.0.5")))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(PortException.Category.DENIED))
                .hasMessage(
                        "db.acme.example at 10.0.0.5: not contacted, that is a private address;"
                                + " nothing was sent. If it is meant, add it to"
                                + " cutover.egress.allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1/8", "127.0.0.0/33", "localhost/8", "10.0.0.0/", "", "::/129"})
    void what_is_no_block_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "1.2.3", "0x7f.1", "2130706433", "010.0.0.1", "fe80::1%lo"})
    void what_is_no_literal_is_looked_up_nowhere(String text) {
        assertThat(Literals.parse(text)).isEmpty();
    }

    private static InetAddress address(String literal) {
        return Literals.parse(literal).orElseThrow();
    }
}
