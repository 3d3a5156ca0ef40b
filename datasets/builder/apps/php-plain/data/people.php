<?php
return ['Ada' => '12-10', 'Grace' => '12-09', 'Edsger' => '05-11'];
