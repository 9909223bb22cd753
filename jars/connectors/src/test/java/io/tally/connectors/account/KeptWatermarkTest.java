package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeptWatermarkTest {

  @Test
  void ofSeveralTasksTheLeastActiveWatermarkIsRestoredOrTheGreatestIdle() {
    assertThat(KeptWatermark.restored(List.of(7L, 3L, 5L), List.of(1L, 9L))).isEqualTo(3);
    assertThat(KeptWatermark.restored(List.of(), List.of(1L, 9L, 4L))).isEqualTo(9);
    assertThat(KeptWatermark.restored(List.of(), List.of())).isEqualTo(Long.MIN_VALUE);
  }
}
