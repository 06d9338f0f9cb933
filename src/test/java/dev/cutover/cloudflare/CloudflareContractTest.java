package dev.cutover.cloudflare;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.DnsZone;
import dev.cutover.port.DnsZoneContract;
import dev.cutover.port.ZoneHouse;
import java.time.Duration;
import java.util.List;

/** The lab's Cloudflare does what every provider of zones must. */
class CloudflareContractTest extends DnsZoneContract {
    private static final DnsName APEX = new DnsName("contract.example");

    @Override
    protected ZoneHouse open() {
        return new CloudflareHouse();
    }

    private static final class CloudflareHouse implements ZoneHouse {
        private final CloudflareLab lab = new CloudflareLab();
        private final DnsZone zone = new CloudflareZone(lab.api());

        CloudflareHouse() {
            ZoneState state =
                    lab.account.addZone(
                            APEX.value(),
                            ZonePlan.PRO,
                            List.of("ns1.lab.example"),
                            List.of("127.60.0.1"));
            RECORDS.forEach(line -> state.addByHand(draft(line.formatted(APEX))));
        }

        private static RecordDraft draft(String line) {
            String[] words = line.split(" ", 3);
            if (words[1].equals("MX")) {
                String[] exchange = words[2].split(" ", 2);
                return RecordDraft.of("MX", words[0], exchange[1], 3_600, false)
                        .withPriority(Integer.parseInt(exchange[0]));
            }
            return RecordDraft.of(words[1], words[0], words[2], 3_600, false);
        }

        @Override
        public DnsZone zone() {
            return zone;
        }

        @Override
        public ZoneRef ref() {
            return new ZoneRef("cloudflare", APEX, "${env:CF_TOKEN}");
        }

        @Override
        public DnsZone somebody() {
            return new CloudflareZone(lab.api());
        }

        @Override
        public ZoneRef somebodysRef() {
            return ref();
        }

        @Override
        public ZoneRef unknown() {
            return new ZoneRef("cloudflare", new DnsName("unknown.example"), "${env:CF_TOKEN}");
        }

        @Override
        public ZoneRef wrongSecret() {
            lab.environment.put("CF_TOKEN", "wrong-" + CloudflareLab.SECRET);
            return ref();
        }

        @Override
        public List<String> secrets() {
            return List.of(CloudflareLab.SECRET);
        }

        @Override
        public List<ProviderCall> log() {
            return lab.log;
        }

        @Override
        public void loseNextAnswer() {
            lab.server.faults().loseNextResponseAfterEffect();
        }

        @Override
        public void refuse() {
            lab.server.refuse(true);
        }

        @Override
        public void hang() {
            lab.server.faults().latency(Duration.ofSeconds(30));
        }

        @Override
        public void close() {
            lab.close();
        }
    }
}
